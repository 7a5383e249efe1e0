#!/usr/bin/env python3
"""Times one image through Bi-Real-Net-18 (ImageNet form, 224×224) with `spinflip` and with OpenVINO in float32, turn by turn in one run.

    python3 compare.py --spinflip ../../.build/release/spinflip --peer-python venv/bin/python --rounds 5 --markdown result.md

Machines drift and share their hosts, so a ratio is only worth something when both sides ran within the same minutes: every round runs every
system once, in an order that turns from round to round. Reported are the medians over the rounds of each turn's median, and the least.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command, isa=None):
    environment = dict(os.environ, SPINFLIP_ISA=isa) if isa else dict(os.environ)
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def spinflip(options, isa=None):
    rows = run([options.spinflip, "bench", "inference", options.model, "--threads", "1", "--json", "--quiet"], isa)["rows"]
    row = next(row for row in rows if row["shape"] == "batch 1")
    return row["seconds"]["median"], row["seconds"]["min"]


def openvino(options, form):
    seconds = run([options.peer_python, os.path.join(HERE, "openvino_birealnet.py"), "--form", form, "--calls", str(options.calls)])["seconds"]
    return statistics.median(seconds), min(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spinflip", required=True)
    parser.add_argument("--peer-python", required=True, help="the Python that has OpenVINO (requirements.txt)")
    parser.add_argument("--model", default="birealnet18:imagenet", help="model file or architecture for spinflip")
    parser.add_argument("--isa", nargs="*", default=[], help="also time spinflip with these instruction sets forced")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=20, help="of the peer in a turn")
    parser.add_argument("--markdown")
    options = parser.parse_args()
    systems = {"spinflip": lambda: spinflip(options)}
    for isa in options.isa:
        systems[f"spinflip, {isa}"] = lambda i=isa: spinflip(options, i)
    systems["OpenVINO float32"] = lambda: openvino(options, "signs")
    systems["OpenVINO float32, without the signs"] = lambda: openvino(options, "plain")
    names = list(systems)
    medians, least = {name: [] for name in names}, {name: [] for name in names}
    for turn in range(options.rounds):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            median, shortest = systems[name]()
            medians[name].append(median)
            least[name].append(shortest)
            print(f"round {turn + 1}: {name} {median * 1e3:.2f} ms", file=sys.stderr)
    lines = ["| system | median ms | least ms | spinflip is faster by |", "|---|---:|---:|---:|"]
    own = statistics.median(medians["spinflip"])
    for name in names:
        median = statistics.median(medians[name])
        lines.append(f"| {name} | {median * 1e3:.2f} | {min(least[name]) * 1e3:.2f} | {median / own:.2f}× |")
    text = "\n".join(lines) + "\n"
    print(text)
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
