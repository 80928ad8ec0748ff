"""llama-server (of llama.cpp) from the wheel `xllamacpp`, which holds the server itself, built for any processor with AVX2.

usage: llama_server.py MODEL.gguf PORT [TEMPLATE.jinja]      on loopback, model name `smollm2`, two slots of 4096 tokens
"""

import signal
import sys

import xllamacpp

model, port, *template = sys.argv[1:]
params = xllamacpp.CommonParams()
params.model.path = model
params.model_alias = {"smollm2"}
params.hostnames = ["127.0.0.1"]
params.port = int(port)
params.n_ctx = 8192
params.n_parallel = 2
params.kv_unified = False
# Two that wait for each other by spinning get nothing done on a busy machine.
params.cpuparams.n_threads = 1
params.use_jinja = True
if template:
    with open(template[0], encoding="utf-8") as file:
        params.chat_template = file.read()
server = xllamacpp.Server(params)
print("listening on", server.listening_address, flush=True)
signal.pause()
