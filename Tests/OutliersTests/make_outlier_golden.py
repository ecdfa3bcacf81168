"""Writes outlier-golden.json: scikit-learn's answers for small synthetic samples.

Usage: python make_outlier_golden.py   (needs numpy and scikit-learn)
"""

import json
import pathlib

import numpy
import sklearn
from sklearn.covariance import LedoitWolf
from sklearn.ensemble import IsolationForest


def samples(seed, rows, columns):
    """Correlated, of different scales; rounded, so that the file says exactly what was used."""
    generator = numpy.random.default_rng(seed)
    mixing = generator.normal(size=(columns, columns)) * numpy.linspace(0.2, 3, columns)
    return numpy.round(generator.normal(size=(rows, columns)) @ mixing + generator.normal(size=columns), 3).astype(
        numpy.float32
    )


def plain(values):
    """The same numbers as short decimals."""
    return [round(float(value), 3) for value in values.ravel()]


def covariance(seed, rows, columns):
    training, test = samples(seed, rows, columns), samples(seed + 100, 5, columns)
    fitted = LedoitWolf().fit(training.astype(float))
    return {
        "columns": columns,
        "training": plain(training),
        "test": plain(test),
        "shrinkage": fitted.shrinkage_,
        "covariance": fitted.covariance_.ravel().tolist(),
        "distance": numpy.sqrt(fitted.mahalanobis(test.astype(float))).tolist(),
    }


def forest():
    training, test = samples(7, 400, 6), numpy.vstack([samples(8, 20, 6), numpy.round(4 * samples(9, 20, 6), 3)])
    scores = [-IsolationForest(random_state=seed).fit(training).score_samples(test) for seed in range(30)]
    return {
        "columns": 6,
        "training": plain(training),
        "test": plain(test),
        # Over 30 seeds: what any right forest scatters around, and how far.
        "mean": numpy.mean(scores, axis=0).tolist(),
        "deviation": numpy.std(scores, axis=0, ddof=1).tolist(),
    }


golden = {
    "scikit_learn": sklearn.__version__,
    "covariance": [covariance(1, 60, 5), covariance(2, 12, 20), covariance(3, 300, 12)],
    "forest": forest(),
}
path = pathlib.Path(__file__).with_name("outlier-golden.json")
path.write_text(json.dumps(golden))
print(path, path.stat().st_size, "bytes")
