"""Compares what TensorBoard reads in a run's folder with the run's own log: every epoch, every number."""

import json
import math
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder = sys.argv[1]
with open(f"{folder}/log.jsonl") as file:
    epochs = {e["epoch"]: e for e in map(json.loads, file) if e["event"] == "epoch"}
events = EventAccumulator(folder)
events.Reload()

expected = {
    "loss/train": lambda e: e["trainLoss"],
    "accuracy/train": lambda e: e["trainAccuracy"],
    "accuracy/test": lambda e: e["testAccuracy"],
    "flip-ratio/all": lambda e: e["flipRatio"],
    "epoch": lambda e: e["epoch"],
}
for layer in epochs[1]["layers"]:
    expected["flip-ratio/" + layer["name"]] = lambda e, name=layer["name"]: {x["name"]: x["flipRatio"] for x in e["layers"]}[name]
for name in epochs[1]["learningRates"]:
    expected["schedule/" + name] = lambda e, name=name: e["learningRates"][name]

tags = events.Tags()["scalars"]
for tag, value in expected.items():
    assert tag in tags, f"{tag} is not among {tags}"
    read = events.Scalars(tag)
    assert [x.step for x in read] == [epochs[n]["step"] for n in sorted(epochs)], f"{tag}: steps {[x.step for x in read]}"
    for scalar, n in zip(read, sorted(epochs)):
        assert math.isclose(scalar.value, value(epochs[n]), rel_tol=1e-6), f"{tag} at step {scalar.step}: {scalar.value}"
        assert scalar.wall_time > 1.6e9, f"{tag}: wall time {scalar.wall_time}"
print(f"test-tensorboard: {len(expected)} scalars over {len(epochs)} epochs agree with the log")
