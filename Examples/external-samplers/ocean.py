#!/usr/bin/env python3
"""The samplers of D-Wave Ocean as external samplers of spinflip.

    spinflip solve G1.txt --sampler "external:python3 ocean.py --sampler neal" --time-limit 10

Reads a problem as one JSON object on standard input and writes samples as lines of 0 and 1 on standard output, in batches, so that the
best so far is known at any time. Notes go to standard output behind a #.
"""

import argparse
import json
import sys
import time

START = time.monotonic()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sampler", choices=sorted(SAMPLERS), default="neal", help="which one (default: neal)")
    parser.add_argument("--sweeps", type=int, default=1000, help="sweeps of a read of neal (default: 1000)")
    parser.add_argument("--reads", type=int, help="reads in all (default: as the problem says, else until the time limit, else 10)")
    parser.add_argument("--margin", type=float, default=0.2, help="seconds before the time limit at which to stop (default: 0.2)")
    parser.add_argument("--solver", help="dwave: name of the annealer (default: the first one that is online)")
    parser.add_argument("--annealing-time", type=float, help="dwave: microseconds of an anneal (default: the annealer's)")
    parser.add_argument("--confirm", action="store_true", help="dwave: yes, send the problem to a service and use its quota")
    arguments = parser.parse_args()

    problem = json.load(sys.stdin)
    if problem.get("version") != 1 or problem.get("vartype") != "SPIN":
        sys.exit("ocean.py reads problems of version 1 over spins")
    model = model_of(problem)
    limit = problem.get("timeLimit")
    deadline = None if limit is None else START + limit - arguments.margin
    wanted = arguments.reads or problem.get("reads") or (10 if deadline is None else None)
    sample = SAMPLERS[arguments.sampler](arguments, problem["seed"])

    # The first batch is one read; then as many as take about half a second.
    done, batch = 0, 1
    while (wanted is None or done < wanted) and (deadline is None or done == 0 or time.monotonic() < deadline):
        begin = time.monotonic()
        count = batch if wanted is None else min(batch, wanted - done)
        left = None if deadline is None else max(deadline - begin, 0.01)
        write(sample(model, count, left), problem["variables"])
        done += count
        seconds = max(time.monotonic() - begin, 1e-6)
        batch = max(1, min(2 * batch, int(count * 0.5 / seconds)))
        if deadline is not None and left is not None:
            batch = max(1, min(batch, int(count / seconds * (deadline - time.monotonic()))))
    print(f"# {arguments.sampler}: {done} reads in {time.monotonic() - START:.2f} s", flush=True)


def model_of(problem):
    """A dimod model with the same energies; dimod has no hidden minus either."""
    import dimod
    import numpy as np

    quadratic = problem["quadratic"]
    first = np.fromiter((i for i, _, _ in quadratic), dtype=np.int64, count=len(quadratic))
    second = np.fromiter((j for _, j, _ in quadratic), dtype=np.int64, count=len(quadratic))
    weights = np.fromiter((w for _, _, w in quadratic), dtype=np.float64, count=len(quadratic))
    linear = np.asarray(problem["linear"], dtype=np.float64)
    return dimod.BinaryQuadraticModel.from_numpy_vectors(linear, (first, second, weights), problem["offset"], dimod.SPIN)


def write(samples, variables):
    import numpy as np

    order = [samples.variables.index(v) for v in range(variables)]
    bits = np.where(samples.record.sample[:, order] > 0, ord("1"), ord("0")).astype(np.uint8)
    lines = []
    for row, occurrences in zip(bits, samples.record.num_occurrences):
        lines.append(row.tobytes().decode() + (f" {occurrences}" if occurrences > 1 else ""))
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


# Each returns a function of a model, a number of reads, and the seconds left (None: no limit).


def neal(arguments, seed):
    from dwave.samplers import SimulatedAnnealingSampler

    sampler, seeds = SimulatedAnnealingSampler(), seeds_from(seed)
    return lambda model, reads, left: sampler.sample(model, num_reads=reads, num_sweeps=arguments.sweeps, seed=next(seeds))


def tabu(arguments, seed):
    from dwave.samplers import TabuSampler

    # One read at a time: the time of a read is what tabu is told.
    sampler, seeds = TabuSampler(), seeds_from(seed)

    def sample(model, reads, left):
        milliseconds = 200 if left is None else max(1, int(min(200, 1000 * left / reads)))
        return sampler.sample(model, num_reads=reads, timeout=milliseconds, seed=next(seeds))

    return sample


def greedy(arguments, seed):
    from dwave.samplers import SteepestDescentSampler

    sampler, seeds = SteepestDescentSampler(), seeds_from(seed)
    return lambda model, reads, left: sampler.sample(model, num_reads=reads, seed=next(seeds))


def dwave(arguments, seed):
    """A quantum annealer of D-Wave, through its cloud service.

    Needs `pip install dwave-system` and an account: `dwave config create` asks for the token, or it stands in the environment variable
    DWAVE_API_TOKEN. The problem leaves this machine, and every call takes from the account's quota, hence --confirm.
    """
    if not arguments.confirm:
        sys.exit("--sampler dwave sends the problem to a service and uses its quota; say --confirm to go on")
    try:
        from dwave.system import DWaveSampler, EmbeddingComposite
    except ImportError:
        sys.exit("--sampler dwave needs dwave-system: pip install dwave-system")
    # The annealer couples few pairs of its qubits; the composite represents a variable by a chain of qubits, and repairs broken chains by
    # majority. Coefficients are scaled to the annealer's range by the service. The chain strength is chosen from the couplings.
    annealer = DWaveSampler(solver=arguments.solver) if arguments.solver else DWaveSampler()
    sampler = EmbeddingComposite(annealer)
    print(f"# annealer {annealer.solver.name}", flush=True)
    extra = {} if arguments.annealing_time is None else {"annealing_time": arguments.annealing_time}

    def sample(model, reads, left):
        # A call costs far more than a read.
        return sampler.sample(model, num_reads=max(reads, min(1000, arguments.reads or 100)), **extra)

    return sample


def seeds_from(seed):
    """Another seed for each call: 31 bits are what every sampler takes."""
    import random

    generator = random.Random(seed)
    while True:
        yield generator.getrandbits(31)


SAMPLERS = {"neal": neal, "tabu": tabu, "greedy": greedy, "dwave": dwave}

if __name__ == "__main__":
    main()
