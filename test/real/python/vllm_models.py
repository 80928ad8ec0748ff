"""Models as vLLM reads them: SmolLM2 from its GGUF, Whisper base from its CTranslate2 file, into OUT/smollm2 and OUT/whisper.

usage: vllm_models.py SMOLLM2_DIR WHISPER_DIR OUT      (in vLLM's own environment, with gguf and accelerate)
"""

import json
import os
import shutil
import struct
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig, WhisperConfig

smollm2_from, whisper_from, out_dir = sys.argv[1:]
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
TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def smollm2():
    out, file = f"{out_dir}/smollm2", "model.gguf"
    AutoTokenizer.from_pretrained(smollm2_from, gguf_file=file).save_pretrained(out)
    whole = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(
        smollm2_from, gguf_file=file, dtype=torch.bfloat16, quantization_config=whole
    )
    model.save_pretrained(out)


def ctranslate2(path):
    """Its tensors by name: the format of `Model::load` in CTranslate2's src/models/model.cc."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0

    def take(kind):
        nonlocal at
        (value,) = struct.unpack_from("<" + kind, data, at)
        at += struct.calcsize("<" + kind)
        return value

    def text():
        nonlocal at
        length = take("H")
        at += length
        return data[at - length : at - 1].decode()

    take("I"), text(), take("I")
    tensors = {}
    for _ in range(take("I")):
        name = text()
        shape = [take("I") for _ in range(take("B"))]
        kind = TYPES[take("B")]
        size = take("I")
        tensors[name] = np.frombuffer(data, kind, size // np.dtype(kind).itemsize, at).reshape(shape)
        at += size
    for _ in range(take("I")):
        alias = text()
        tensors[alias] = tensors[text()]
    return tensors


def whisper():
    source, out = whisper_from, f"{out_dir}/whisper"
    os.makedirs(out, exist_ok=True)
    tensors = ctranslate2(f"{source}/model.bin")
    made = {}

    def tensor(name):
        return torch.from_numpy(tensors[name].astype(np.float32)).to(torch.float16).contiguous().clone()

    def linear(name, theirs):
        made[f"{name}.weight"] = tensor(f"{theirs}/weight")
        if f"{theirs}/bias" in tensors:
            made[f"{name}.bias"] = tensor(f"{theirs}/bias")

    def norm(name, theirs):
        made[f"{name}.weight"], made[f"{name}.bias"] = tensor(f"{theirs}/gamma"), tensor(f"{theirs}/beta")

    def parts(names, theirs):
        weights = tensor(f"{theirs}/weight").chunk(len(names))
        biases = tensor(f"{theirs}/bias").chunk(len(names))
        for name, weight, bias in zip(names, weights, biases):
            made[f"{name}.weight"] = weight.contiguous().clone()
            if not name.endswith("k_proj"):
                made[f"{name}.bias"] = bias.contiguous().clone()

    for side in ("encoder", "decoder"):
        begin = f"model.{side}."
        layers = {name.split("/")[1] for name in tensors if name.startswith(f"{side}/layer_")} - {"layer_norm"}
        if side == "encoder":
            linear(f"{begin}conv1", "encoder/conv1")
            linear(f"{begin}conv2", "encoder/conv2")
        else:
            made[f"{begin}embed_tokens.weight"] = tensor("decoder/embeddings/weight")
        made[f"{begin}embed_positions.weight"] = tensor(f"{side}/position_encodings/encodings")
        norm(f"{begin}layer_norm", f"{side}/layer_norm")
        for layer in range(len(layers)):
            ours, theirs = f"{begin}layers.{layer}.", f"{side}/layer_{layer}/"
            norm(f"{ours}self_attn_layer_norm", f"{theirs}self_attention/layer_norm")
            parts([f"{ours}self_attn.{part}_proj" for part in "qkv"], f"{theirs}self_attention/linear_0")
            linear(f"{ours}self_attn.out_proj", f"{theirs}self_attention/linear_1")
            if side == "decoder":
                norm(f"{ours}encoder_attn_layer_norm", f"{theirs}attention/layer_norm")
                linear(f"{ours}encoder_attn.q_proj", f"{theirs}attention/linear_0")
                parts([f"{ours}encoder_attn.{part}_proj" for part in "kv"], f"{theirs}attention/linear_1")
                linear(f"{ours}encoder_attn.out_proj", f"{theirs}attention/linear_2")
            norm(f"{ours}final_layer_norm", f"{theirs}ffn/layer_norm")
            linear(f"{ours}fc1", f"{theirs}ffn/linear_0")
            linear(f"{ours}fc2", f"{theirs}ffn/linear_1")
    save_file(made, f"{out}/model.safetensors", metadata={"format": "pt"})
    config = WhisperConfig(
        vocab_size=51865, d_model=512, encoder_layers=6, decoder_layers=6, encoder_attention_heads=8,
        decoder_attention_heads=8, encoder_ffn_dim=2048, decoder_ffn_dim=2048, num_mel_bins=80,
        max_source_positions=1500, max_target_positions=448, decoder_start_token_id=50258, bos_token_id=50257,
        eos_token_id=50257, pad_token_id=50257,
    )  # fmt: skip
    config.architectures = ["WhisperForConditionalGeneration"]
    config.dtype = "float16"
    config.save_pretrained(out)
    shutil.copy(f"{source}/tokenizer.json", out)
    with open(f"{out}/preprocessor_config.json", "w", encoding="utf-8") as file:
        json.dump(PREPROCESSOR, file)
    end = "<|endoftext|>"
    with open(f"{out}/tokenizer_config.json", "w", encoding="utf-8") as file:
        json.dump(
            {
                "tokenizer_class": "WhisperTokenizerFast",
                "processor_class": "WhisperProcessor",
                "model_max_length": 1024,
                **{f"{kind}_token": end for kind in ("bos", "eos", "unk", "pad")},
            },
            file,
        )


smollm2()
whisper()
