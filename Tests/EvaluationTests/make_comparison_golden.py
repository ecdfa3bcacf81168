"""Writes comparison-golden.json: rank correlations, rank averages and paired differences of several scores.

Usage: python make_comparison_golden.py comparison-golden.json

Ranks and correlations are scipy's, areas and average precisions scikit-learn's. DeLong's variances come from the
definition, as in make_evaluation_golden.py.
"""

import json
import sys
import warnings

import numpy as np
import scipy
import sklearn
from make_evaluation_golden import covariance, rounded
from scipy import stats
from sklearn.metrics import average_precision_score, roc_auc_score

SEED = 20240301


def correlation(first, second):
    """None where a list is constant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = stats.spearmanr(first, second).statistic
    return None if np.isnan(value) else float(value)


def difference(labels, first, second):
    """Area of the first minus that of the second; z and p are None where the variance is 0."""
    a, b = [(scores[labels == 0], scores[labels == 1]) for scores in (first, second)]
    variance = covariance(a, a) + covariance(b, b) - 2 * covariance(a, b)
    result = {"value": float(roc_auc_score(labels, first) - roc_auc_score(labels, second))}
    if variance > 1e-15:
        result["standardError"] = float(np.sqrt(variance))
        result["p"] = float(2 * stats.norm.sf(abs(result["value"]) / result["standardError"]))
    return result


def case(name, labels, methods):
    average = np.mean([stats.rankdata(scores) for scores in methods], axis=0)
    normal, abnormal = labels == 0, labels == 1
    pairs = [(i, j) for i in range(len(methods)) for j in range(i + 1, len(methods))]
    areas = [float(roc_auc_score(labels, scores)) for scores in methods]
    return {
        "name": name,
        "isAbnormal": [bool(label) for label in labels],
        "methods": [list(map(float, scores)) for scores in methods],
        "areas": areas,
        "meanArea": float(np.mean(areas)),
        "deviation": float(np.std(areas, ddof=1)),
        "correlations": [
            [
                correlation(methods[i][chosen], methods[j][chosen])
                for chosen in (normal | abnormal, normal, abnormal)
            ]
            for i, j in pairs
        ],
        "rankAverage": average.tolist(),
        "rankAverageArea": float(roc_auc_score(labels, average)),
        "rankAveragePrecision": float(average_precision_score(labels, average)),
        "differences": [difference(labels, average, scores) for scores in methods]
        + [difference(labels, methods[i], methods[j]) for i, j in pairs],
    }


def drawn(random, name, normals, abnormals, methods, step, shift=1.0):
    """Scores that share half of their variance, in no order of labels."""
    labels = random.permutation(np.array([0] * normals + [1] * abnormals))
    common = random.normal(shift * labels, 1.0)
    return case(
        name, labels, [rounded(common + random.normal(0.0, 1.0, len(labels)), step) for _ in range(methods)]
    )


def main(path):
    random = np.random.default_rng(SEED)
    half = np.array([0, 0, 0, 1, 1, 1])
    rising = np.arange(6.0)
    cases = [
        drawn(random, "two without ties", 40, 25, 2, 2.0**-30),
        drawn(random, "three with ties", 50, 40, 3, 2.0**-2),
        drawn(random, "heavy ties", 60, 30, 2, 2.0),
        drawn(random, "five runs", 30, 20, 5, 2.0**-6),
        drawn(random, "worse than chance", 25, 35, 2, 2.0**-4, shift=-0.8),
        case("opposite", half, [rising, -rising]),
        case("one constant", half, [rising, np.ones(6)]),
        case("constant among normals", half, [rising, np.maximum(rising, 2.0)]),
    ]
    golden = {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__},
        "cases": cases,
    }
    with open(path, "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
