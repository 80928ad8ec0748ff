"""The HTTP server of llama.cpp (MIT), /v1/chat/completions and more, from the wheels of xllamacpp, on the CPU.

usage: llama_server.py --model FILE.gguf [--name smollm2] [--port 9302] [--threads 2] [--context 8192] [--slots 2]
                       [--chat-template-file FILE]: another model's template on the same weights shows what it refuses
"""

import argparse
import signal
import threading

import xllamacpp


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--name", default="smollm2")
    parser.add_argument("--port", type=int, default=9302)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--context", type=int, default=8192)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--chat-template-file")
    options = parser.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path = options.model
    params.model_alias = {options.name}
    params.hostnames = ["127.0.0.1"]
    params.port = options.port
    params.n_ctx = options.context
    params.n_parallel = options.slots
    # Each slot has its part of the context, whatever the others do.
    params.kv_unified = False
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    # A small model says the same sentence again and again until it may say no more: of three answers that took all of
    # 200 tokens, two ended by themselves after 157 and 54 with this.
    params.sampling.dry_multiplier = 0.8
    params.use_jinja = True
    params.offline = True
    params.ui = False
    if options.chat_template_file:
        with open(options.chat_template_file, encoding="utf-8") as file:
            params.chat_template = file.read()
    server = xllamacpp.Server(params)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    print(f"{options.name} listening on {server.listening_address}/v1", flush=True)
    ended.wait()


main()
