"""What a user of the Python module sees: it imports, converts both ways, and its errors are Python's.

Run by `cargo xtask ci wheel`. Needs no package; whether the numbers are right is tested in vesalius-stats.
"""

import vesalius

TRUTH = [True, True, False, False]
SCORE = [0.9, 0.4, 0.4, 0.1]


def raises(function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except ValueError as error:
        return str(error)
    raise AssertionError(f"{function} accepted {arguments} {keywords}")


# Of the four pairs three are won, and one is a tie that counts half: (3 + 0.5) / 4.
assert vesalius.auroc(TRUTH, SCORE) == 0.875
assert vesalius.auroc((True, True), (0.1, 0.2)) is None
assert "4 labels and 1 scores" in raises(vesalius.auroc, TRUTH, [0.5])

rows = [[1 - score, score] for score in SCORE]
binary = vesalius.measure_classify([int(truth) for truth in TRUTH], rows, ["normal", "pneumonia"], replicates=100)
auroc = next(estimate for estimate in binary["estimates"] if estimate["metric"] == "auroc")
assert auroc["value"] == 0.875 and auroc["target"] == "pneumonia" and auroc["n"] == 4, auroc
assert auroc["low"] < 0.875 < auroc["high"] and auroc["level"] == 0.95, auroc
assert binary["confusion"] is not None

unknown = [[True, None], [False, None], [True, None], [False, None]]
findings = vesalius.measure_classify(unknown, rows, ["a", "b"], level=0.9, replicates=100, seed=1, threshold=0.3)
auroc = {estimate["target"]: estimate for estimate in findings["estimates"] if estimate["metric"] == "auroc"}
assert auroc["a"]["level"] == 0.9
assert auroc["b"]["value"] is None and auroc["b"]["undefined"], auroc["b"]
assert findings["confusion"] is None

assert "class 2" in raises(vesalius.measure_classify, [2, 0, 0, 1], rows, ["a", "b"])
assert "case 1 has 1 scores" in raises(vesalius.measure_classify, [0, 1], [[0.1, 0.9], [0.2]], ["a", "b"])
assert "level" in raises(vesalius.measure_classify, [0, 1], rows[:2], ["a", "b"], level=95)

print("vesalius: the Python module works")
