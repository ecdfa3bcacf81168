"""Writes evaluation-golden.json: ROC curves, areas, average precisions and DeLong's variances.

Usage: python make_evaluation_golden.py evaluation-golden.json

Areas, curves and average precisions are scikit-learn's. DeLong's variances come from the definition: the matrix of all
pairs of a normal and an abnormal image, its row and column means, and numpy's covariances of them.
"""

import json
import sys

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

SEED = 20240229
SPECIFICITIES = [0.5, 0.9, 0.95, 0.99, 1.0]


def won(normal, abnormal):
    """1 for each pair that the abnormal image wins, 0.5 for a tie; a row for each abnormal image."""
    difference = abnormal[:, None] - normal[None, :]
    return (np.sign(difference) + 1) / 2


def covariance(first, second):
    """Of the areas of two scores, each a pair of normal and abnormal images' scores."""
    a, b = won(*first), won(*second)
    rows = np.cov(a.mean(axis=1), b.mean(axis=1))[0, 1] / a.shape[0]
    columns = np.cov(a.mean(axis=0), b.mean(axis=0))[0, 1] / a.shape[1]
    return float(rows + columns)


def sensitivity(labels, scores, specificity):
    """By trying every score as the threshold, and none."""
    best = 0.0
    for threshold in np.unique(scores):
        called = scores >= threshold
        if np.mean(~called[labels == 0]) >= specificity:
            best = max(best, float(np.mean(called[labels == 1])))
    return best


def case(name, normal, abnormal, other=None):
    """`other`: a second score of the same images, as (normal, abnormal)."""
    labels = np.array([0] * len(normal) + [1] * len(abnormal))
    scores = np.concatenate([normal, abnormal])
    fpr, tpr, thresholds = roc_curve(labels, scores, drop_intermediate=False)
    area = float(roc_auc_score(labels, scores))
    result = {
        "name": name,
        "normal": list(map(float, normal)),
        "abnormal": list(map(float, abnormal)),
        "area": area,
        "averagePrecision": float(average_precision_score(labels, scores)),
        "falsePositiveRates": fpr.tolist(),
        "truePositiveRates": tpr.tolist(),
        "thresholds": [None if np.isinf(value) else float(value) for value in thresholds],
        "sensitivities": [sensitivity(labels, scores, value) for value in SPECIFICITIES],
        "percentile95": float(np.percentile(scores, 95)),
    }
    if min(len(normal), len(abnormal)) < 2:
        return result
    variance = covariance((normal, abnormal), (normal, abnormal))
    reach = stats.norm.ppf(0.975) * np.sqrt(variance)
    result["variance"] = variance
    result["low"], result["high"] = max(0.0, area - reach), min(1.0, area + reach)
    if other is not None:
        result["paired"] = paired(labels, area, variance, (normal, abnormal), other)
    return result


def paired(labels, area, variance, scores, other):
    second = float(roc_auc_score(labels, np.concatenate(other)))
    shared = covariance(scores, other)
    error = np.sqrt(variance + covariance(other, other) - 2 * shared)
    z = (area - second) / error
    return {
        "normal": list(map(float, other[0])),
        "abnormal": list(map(float, other[1])),
        "covariance": shared,
        "difference": area - second,
        "z": float(z),
        "p": float(2 * stats.norm.sf(abs(z))),
    }


def rounded(values, step):
    """Multiples of `step`, a power of two: ties, and few digits in the file."""
    return np.round(values / step) * step


def drawn(random, name, normals, abnormals, step, shift=1.0, offset=0.0):
    def correlated(count, mean):
        first = random.normal(mean, 1.0, count)
        second = 0.6 * first + 0.8 * random.normal(0.3 * mean, 1.0, count)
        return rounded(first, step) + offset, rounded(second, step) + offset

    normal, other_normal = correlated(normals, 0.0)
    abnormal, other_abnormal = correlated(abnormals, shift)
    return case(name, normal, abnormal, (other_normal, other_abnormal))


def main(path):
    random = np.random.default_rng(SEED)
    cases = [
        drawn(random, "no ties", 40, 30, 2.0**-30),
        drawn(random, "ties", 120, 90, 2.0**-4),
        drawn(random, "heavy ties", 150, 130, 1.0),
        drawn(random, "only two levels", 60, 50, 4.0, shift=2.0),
        drawn(random, "few abnormal", 700, 6, 2.0**-6),
        drawn(random, "few normal", 5, 400, 2.0**-6, shift=0.5),
        drawn(random, "worse than chance", 80, 70, 2.0**-5, shift=-0.7),
        drawn(random, "negative scores", 50, 50, 2.0**-8, offset=-100.0),
        case("separated", np.array([0.0, 1.0, 2.0]), np.array([3.0, 4.0])),
        case("reversed", np.array([3.0, 4.0]), np.array([0.0, 1.0, 2.0])),
        case("all equal", np.array([1.0] * 4), np.array([1.0] * 3)),
        case("two and two", np.array([0.0, 2.0]), np.array([1.0, 2.0])),
        case("one and one", np.array([0.0]), np.array([1.0])),
        case("one abnormal", np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0])),
    ]
    golden = {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__},
        "specificities": SPECIFICITIES,
        "reach": {str(c): float(stats.norm.ppf(0.5 + c / 2)) for c in [0.5, 0.9, 0.95, 0.99, 0.999]},
        "cases": cases,
    }
    with open(path, "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
