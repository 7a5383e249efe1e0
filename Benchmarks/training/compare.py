#!/usr/bin/env python3
"""Times training steps of `spinflip` and of Larq on TensorFlow turn by turn, in one run: A/B/A/B, a process a turn.

    python3 compare.py --spinflip ../../.build/release/spinflip --peer-python venv/bin/python --rounds 3 --markdown result.md

Machines drift and share their hosts, so a ratio is only worth something when both sides ran within the same minutes: every round runs every
system once, in an order that turns from round to round. Reported are the median and the least of all steps of all rounds, the ratio of
the medians, and the peak resident memory of the process.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def environment(isa):
    return dict(os.environ, SPINFLIP_ISA=isa) if isa else dict(os.environ)


def run(command, isa=None):
    done = subprocess.run(command, capture_output=True, text=True, env=environment(isa))
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def spinflip(options, model, batch, precision, isa):
    command = [
        options.spinflip, "bench", "training", model, "--batch-size", str(batch), "--precision", precision, "--rounds", "1",
        "--input", "standard", "--json", "--quiet"]
    if options.threads:
        command += ["--threads", str(options.threads)]
    result = run(command, isa)
    return result["steps"], result["peakBytes"]


def larq(options, model, batch, precision):
    command = [
        options.peer_python, os.path.join(HERE, "larq_steps.py"), model, "--batch-size", str(batch), "--precision", precision,
        "--steps", str(options.steps)]
    if options.threads:
        command += ["--threads", str(options.threads)]
    result = run(command)
    return result["seconds"], result["peakBytes"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spinflip", required=True)
    parser.add_argument("--peer-python", help="the Python that has Larq (requirements.txt); left out when absent")
    parser.add_argument("--models", nargs="+", default=["mlp:784-1024-1024-10", "binarynet", "birealnet18"])
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5, help="of the peer in a turn")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--isa", nargs="*", default=[], help="also time spinflip with these instruction sets forced")
    parser.add_argument("--json", dest="json_path")
    parser.add_argument("--markdown")
    options = parser.parse_args()

    systems = {}
    for precision in ["float32", "bfloat16"]:
        systems[f"spinflip {precision}"] = lambda model, p=precision: spinflip(options, model, options.batch_size, p, None)
    for isa in options.isa:
        for precision in ["float32", "bfloat16"]:
            systems[f"spinflip {precision}, {isa}"] = lambda model, p=precision, i=isa: spinflip(options, model, options.batch_size, p, i)
    if options.peer_python:
        for precision in ["float32", "bfloat16"]:
            systems[f"larq {precision}"] = lambda model, p=precision: larq(options, model, options.batch_size, p)
    else:
        print("no --peer-python: Larq is left out", file=sys.stderr)

    steps, peaks = {}, {}
    names = list(systems)
    for turn in range(options.rounds):
        for model in options.models:
            for name in names[turn % len(names):] + names[:turn % len(names)]:
                seconds, peak = systems[name](model)
                steps.setdefault((model, name), []).extend(seconds)
                peaks[model, name] = max(peak, peaks.get((model, name), 0))
                print(f"round {turn + 1}, {model}, {name}: {statistics.median(seconds) * 1e3:.1f} ms", file=sys.stderr, flush=True)

    lines = ["| model | system | ms a step: median | least | larq float32 / this | larq bfloat16 / this | peak MB |", "|---|---|---|---|---|---|---|"]
    rows = []
    for model in options.models:
        for name in names:
            median = statistics.median(steps[model, name])
            ratios = []
            for peer in ["larq float32", "larq bfloat16"]:
                ratios.append(statistics.median(steps[model, peer]) / median if (model, peer) in steps else None)
            text = [f"{ratio:.2f}" if ratio else "–" for ratio in ratios]
            least = min(steps[model, name])
            lines.append(
                f"| {model} | {name} | {median * 1e3:.1f} | {least * 1e3:.1f} | {text[0]} | {text[1]} | {peaks[model, name] / 1e6:.0f} |")
            rows.append({
                "model": model, "system": name, "batch": options.batch_size, "steps": steps[model, name], "peakBytes": peaks[model, name]})
    lines += ["", f"Batch {options.batch_size}, {options.threads or os.cpu_count()} threads, {options.rounds} rounds; {platform.processor() or platform.machine()}."]
    print("\n".join(lines))
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write("\n".join(lines) + "\n")
    if options.json_path:
        with open(options.json_path, "w") as file:
            json.dump(rows, file)


if __name__ == "__main__":
    main()
