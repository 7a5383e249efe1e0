#!/usr/bin/env python3
"""Compares `spinflip solve` with solvers from PyPI on Max-Cut instances: one run, one thread, equal wall budgets, turn by turn.

    python3 compare.py --budget 10 --seeds 3 G1.txt G22.txt wk2000_1.bits

Every run is a process of its own. Its budget starts when the problem is in the solver's own form; reading, converting and importing are not
counted for anyone. Solvers that know no time limit are called again and again with what fits; what they take beyond the budget is reported.
Every cut is recomputed here from the assignment. A peer that is not installed is left out, and that is said.
"""

import argparse
import collections
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

THREADS = {name: "1" for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"]}


def read(path):
    """n, and the edges as three arrays."""
    import numpy as np

    if path.endswith(".bits"):
        # K2000: the signs of the upper triangle, one bit a pair, the first bit of a byte first.
        n = 2000
        first, second = np.triu_indices(n, 1)
        weights = np.unpackbits(np.fromfile(path, dtype=np.uint8))[: len(first)].astype(np.float64) * 2 - 1
        return n, first, second, weights
    with open(path) as file:
        n, m = map(int, file.readline().split()[:2])
        table = np.loadtxt(file, ndmin=2)
    if len(table) != m:
        sys.exit(f"{path}: {len(table)} edges where its header announces {m}")
    return n, table[:, 0].astype(np.int64) - 1, table[:, 1].astype(np.int64) - 1, table[:, 2]


def cut(problem, spins):
    _, first, second, weights = problem
    return float(weights[spins[first] != spins[second]].sum())


class Clock:
    """Keeps the best of several calls, and says how much fits into the next."""

    def __init__(self, problem, budget):
        self.problem, self.budget = problem, budget
        self.best, self.at, self.calls = None, 0.0, 0
        self.free = 0.0
        self.start = time.perf_counter()

    @property
    def elapsed(self):
        return time.perf_counter() - self.start - self.free

    @property
    def left(self):
        return self.budget - self.elapsed

    def offer(self, spins):
        self.calls += 1
        value = cut(self.problem, spins)
        if self.best is None or value > self.best:
            self.best, self.at = value, self.elapsed

    def repeat(self, call, longest):
        """Calls with a number of sweeps, 100 at first, then what takes `longest` of the budget, as long as it fits.

        What a call of one sweep takes is conversion, which is free, every time.
        """
        overhead = min(timed(call, 1, 0)[0] for _ in range(2))
        self.start, sweeps, seed = time.perf_counter(), 100, 0
        while True:
            seconds, spins = timed(call, sweeps, seed)
            self.free += min(overhead, seconds)
            self.offer(spins)
            each = max(seconds - overhead, 1e-6) / sweeps
            wanted = min(longest * self.budget, self.left)
            if self.left <= 0 or wanted / each < 20:
                return
            # Short calls say little about long ones: grow step by step.
            sweeps, seed = int(min(wanted / each, 8 * sweeps)), seed + 1


def timed(call, *arguments):
    begin = time.perf_counter()
    result = call(*arguments)
    return time.perf_counter() - begin, result


def beta_range(problem):
    """Linear from 0.5 to 10 over the rms local field: what measurements favoured over the packages' own on most instances."""
    import numpy as np

    n, first, second, weights = problem
    squares = np.bincount(first, weights**2, n) + np.bincount(second, weights**2, n)
    sigma = float(np.sqrt(squares.mean()))
    return 0.5 / sigma, 10 / sigma


def bqm_of(problem):
    import dimod
    import numpy as np

    n, first, second, weights = problem
    return dimod.BinaryQuadraticModel.from_numpy_vectors(np.zeros(n), (first, second, weights), 0.0, dimod.SPIN)


def ordered(sample_set, n):
    import numpy as np

    best = sample_set.first.sample
    return np.fromiter((best[v] for v in range(n)), dtype=np.int8, count=n)


def dwave_sa(tuned):
    def run(problem, budget, seed):
        from dwave.samplers import SimulatedAnnealingSampler

        model, sampler = bqm_of(problem), SimulatedAnnealingSampler()
        options = dict(beta_range=beta_range(problem), beta_schedule_type="linear") if tuned else {}
        clock = Clock(problem, budget)

        def call(sweeps, step):
            return ordered(sampler.sample(model, num_reads=1, num_sweeps=sweeps, seed=seed * 1000 + step + 1, **options), problem[0])

        clock.repeat(call, 0.4)
        return clock

    return run


def dwave_tabu(problem, budget, seed):
    from dwave.samplers import TabuSampler

    model = bqm_of(problem)
    clock = Clock(problem, budget)
    clock.offer(ordered(TabuSampler().sample(model, num_reads=1, timeout=int(1000 * budget), seed=seed + 1), problem[0]))
    return clock


def openjij_sa(tuned):
    def run(problem, budget, seed):
        import openjij

        n, first, second, weights = problem
        couplings = {(int(i), int(j)): float(w) for i, j, w in zip(first, second, weights)}
        sampler = openjij.SASampler()
        low, high = beta_range(problem)
        options = dict(beta_min=low, beta_max=high) if tuned else {}
        options["sparse"] = len(weights) < 0.2 * n * (n - 1) / 2
        clock = Clock(problem, budget)

        def call(sweeps, step):
            fields = {v: 0.0 for v in range(n)}
            return ordered(
                sampler.sample_ising(fields, couplings, num_reads=1, num_sweeps=sweeps, seed=seed * 1000 + step + 1, **options), n)

        clock.repeat(call, 0.4)
        return clock

    return run


def bifurcation(mode):
    def run(problem, budget, seed):
        import numpy as np
        import simulated_bifurcation as sb
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(seed)
        n, first, second, weights = problem
        matrix = torch.zeros(n, n)
        matrix[first, second] = torch.tensor(weights, dtype=torch.float32)
        clock = Clock(problem, budget)
        vector, _ = sb.minimize(
            matrix, domain="spin", agents=128, mode=mode, max_steps=1_000_000, timeout=budget, best_only=True, verbose=False, early_stopping=True)
        clock.offer(np.asarray(vector).astype(np.int8).reshape(-1))
        return clock

    return run


def spinflip(problem, budget, seed, program, sampler, path):
    import numpy as np

    command = [program, "solve", path, "--format", "rudy", "--sampler", sampler, "--time-limit", str(budget), "--threads", "1",
               "--seed", str(seed), "--assignment", "--json", "--quiet"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(result.stderr.strip() or f"status {result.returncode}")
    report = json.loads(result.stdout)
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(report["assignment"]), dtype=np.uint8), bitorder="little")[: problem[0]]
    value = cut(problem, bits)
    if value != report["objective"]:
        raise RuntimeError(f"reports {report['objective']}, but its assignment cuts {value}")
    return {"cut": value, "at": report["secondsToBest"], "seconds": report["seconds"] - report["readSeconds"], "calls": 1}


PEERS = {
    "dwave-sa": dwave_sa(False), "dwave-sa-tuned": dwave_sa(True), "dwave-tabu": dwave_tabu, "openjij-sa": openjij_sa(False),
    "openjij-sa-tuned": openjij_sa(True), "sb-ballistic": bifurcation("ballistic"), "sb-discrete": bifurcation("discrete"),
}
MODULES = {"dwave": "dwave.samplers", "openjij": "openjij", "sb": "simulated_bifurcation"}


def work(arguments):
    """One run of one peer, in this process."""
    clock = PEERS[arguments.worker](read(arguments.files[0]), arguments.budget, arguments.seed)
    print(json.dumps({"cut": clock.best, "at": clock.at, "seconds": clock.elapsed, "calls": clock.calls}))


def run_peer(name, path, budget, seed):
    command = [sys.executable, __file__, "--worker", name, "--budget", str(budget), "--seed", str(seed), path]
    # Far beyond the budget something is wrong, and the rest should still run.
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ | THREADS, timeout=20 * budget + 120)
    if result.returncode:
        raise RuntimeError((result.stderr.strip().splitlines() or [f"status {result.returncode}"])[-1])
    return json.loads(result.stdout.splitlines()[-1])


def installed():
    from importlib.util import find_spec

    def has(name):
        try:
            return find_spec(name) is not None
        except ModuleNotFoundError:
            return False

    return [peer for peer in PEERS if has(MODULES[peer.split("-")[0]])]


def versions():
    from importlib.metadata import PackageNotFoundError, version

    result = {}
    for name in ["dimod", "dwave-samplers", "openjij", "simulated-bifurcation", "torch", "numpy"]:
        try:
            result[name] = version(name)
        except PackageNotFoundError:
            pass
    return result


def markdown(results, budget, ours):
    """A table of medians, the best of a row in bold, and who won how often."""
    solvers = list(dict.fromkeys(name for row in results.values() for name in row))
    lines = [f"Median cut after {budget:g} s on one thread, and seconds to it; the best of a row in bold.", "",
             "| instance | " + " | ".join(solvers) + " |", "|---" * (len(solvers) + 1) + "|"]
    wins, losses, ties = [], [], []
    for instance, row in results.items():
        medians = {name: statistics.median(run["cut"] for run in runs) for name, runs in row.items() if runs}
        top = max(medians.values(), default=None)
        cells = []
        for name in solvers:
            if name not in medians:
                cells.append("–")
                continue
            text = f"{medians[name]:g}" if medians[name] < 1e6 else f"{medians[name]:.0f}"
            at = statistics.median(run["at"] for run in row[name])
            cells.append((f"**{text}**" if medians[name] == top else text) + f" @{at:.2f}")
        lines.append(f"| {instance} | " + " | ".join(cells) + " |")
        others = [value for name, value in medians.items() if name != ours]
        if ours in medians and others:
            best = max(others)
            (wins if medians[ours] > best else losses if medians[ours] < best else ties).append((instance, medians[ours] - best))
    lines += ["", f"{ours} against the best peer of each row: {len(wins)} won, {len(ties)} even, {len(losses)} lost."]
    lines += [f"- lost on {instance} by {-margin:g}" for instance, margin in losses]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", help="Max-Cut graphs (rudy), or wk2000_1.bits")
    parser.add_argument("--budget", type=float, default=10, help="seconds a run (default: 10)")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each solver on each instance (default: 3)")
    parser.add_argument("--spinflip", default="spinflip", help="the program (default: the one on the path)")
    parser.add_argument("--sampler", default="auto", help="its sampler (default: auto)")
    parser.add_argument("--peers", help="comma-separated (default: all that are installed)")
    parser.add_argument("--json", help="write everything to this file")
    parser.add_argument("--markdown", help="write the table to this file")
    parser.add_argument("--worker", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(arguments)

    peers = arguments.peers.split(",") if arguments.peers else installed()
    for peer in peers:
        if peer not in PEERS:
            sys.exit(f"no peer is named {peer}; known are {', '.join(PEERS)}")
    for peer in PEERS:
        if peer not in peers:
            print(f"left out: {peer}", file=sys.stderr)
    ours = f"spinflip {arguments.sampler}"
    results = collections.OrderedDict()
    with tempfile.TemporaryDirectory() as folder:
        for path in arguments.files:
            problem = read(path)
            name = os.path.basename(path).rsplit(".", 1)[0]
            row = results[name] = {solver: [] for solver in [ours] + peers}
            rudy = path
            if path.endswith(".bits"):
                rudy = os.path.join(folder, name + ".txt")
                with open(rudy, "w") as file:
                    file.write(f"{problem[0]} {len(problem[3])}\n")
                    file.writelines(f"{i + 1} {j + 1} {int(w)}\n" for i, j, w in zip(*problem[1:]))
            for seed in range(arguments.seeds):
                # Turn by turn, so that a slow moment of the machine hits all.
                for solver in row:
                    try:
                        if solver == ours:
                            run = spinflip(problem, arguments.budget, seed, arguments.spinflip, arguments.sampler, rudy)
                        else:
                            run = run_peer(solver, path, arguments.budget, seed)
                    except (RuntimeError, subprocess.TimeoutExpired, OSError) as error:
                        print(f"{name}, {solver}, seed {seed}: {error}", file=sys.stderr)
                        continue
                    row[solver].append(run | {"seed": seed})
                    late = f", {run['seconds'] - arguments.budget:.1f} s late" if run["seconds"] > 1.05 * arguments.budget + 0.05 else ""
                    print(f"{name}, {solver}, seed {seed}: {run['cut']:g} after {run['at']:.2f} s{late}", file=sys.stderr)
    table = markdown(results, arguments.budget, ours)
    print(table)
    if arguments.markdown:
        with open(arguments.markdown, "w") as file:
            file.write(table + "\n")
    if arguments.json:
        record = {"budget": arguments.budget, "seeds": arguments.seeds, "threads": 1, "python": platform.python_version(),
                  "machine": platform.machine(), "versions": versions(), "results": results}
        with open(arguments.json, "w") as file:
            json.dump(record, file, indent=1)


if __name__ == "__main__":
    main()
