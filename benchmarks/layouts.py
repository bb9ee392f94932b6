"""Does channels last help? Processor time of one step for the classifier of 04_resnet and the U-Nets of 07 and 08.

    OMP_NUM_THREADS=1 python benchmarks/layouts.py --out benchmarks/results/layouts.json

The four variants (float32 and bfloat16, usual layout and channels last) take turns; medians over the rounds. With one
thread, processor time says the same on a busy machine as on an idle one.
"""
import argparse
import json
import time
from pathlib import Path
import torch
import torch.nn.functional as F
from torch import optim
from miniai.core import *
from miniai.ddpm import *
from miniai.resnet import *
from miniai.unet import *

def classifier(layout, n):
    model, y = get_model().to(memory_format=layout), torch.randint(0, 10, (n,))
    x = torch.rand(n, 1, 28, 28).contiguous(memory_format=layout)
    return model, lambda: F.cross_entropy(model(x), y)

def denoiser(layout, n, widths):
    model, t = init_ddpm(unet(widths)).to(memory_format=layout), torch.randint(0, 1000, (n,))
    x, ε = (torch.randn(n, 1, 32, 32).contiguous(memory_format=layout) for _ in range(2))
    return model, lambda: F.mse_loss(model((x, t)), ε)

def step_of(make, dtype, layout, train, n):
    set_seed(0)
    model, loss_of = make(layout, n)
    model.train(train)
    opt = optim.SGD(model.parameters(), 1e-4)
    def step():
        with torch.set_grad_enabled(train), torch.autocast('cpu', dtype, enabled=dtype!=torch.float32):
            loss = loss_of()
        if train:
            loss.backward()
            opt.step()
            opt.zero_grad()
    return step

def compare(make, train, rounds, n):
    "Median milliseconds for each dtype and layout"
    keys = [(d, l) for d in (torch.float32, torch.bfloat16) for l in (torch.contiguous_format, torch.channels_last)]
    steps, times = {k:step_of(make, *k, train, n) for k in keys}, {k:[] for k in keys}
    for i in range(rounds+1):
        for k,step in steps.items():
            begin = time.process_time()
            step()
            if i: times[k].append(1000*(time.process_time()-begin))
    return {k:torch.tensor(v).median().item() for k,v in times.items()}

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--rounds', type=int, default=7)
    p.add_argument('--n', type=int, default=32, help='images in a batch')
    p.add_argument('--out', type=Path)
    a = p.parse_args()
    networks = {'classifier of 04, training': (classifier, True), 'classifier of 04, using it': (classifier, False)}
    for widths in (16,32,64,64), (32,64,64):
        name = f"U-Net {'-'.join(map(str, widths))}, training"
        networks[name] = (lambda layout, n, widths=widths: denoiser(layout, n, widths), True)
    rows = []
    for name,(make,train) in networks.items():
        ms = compare(make, train, a.rounds, a.n)
        for d in torch.float32, torch.bfloat16:
            usual, last = (ms[d, l] for l in (torch.contiguous_format, torch.channels_last))
            rows.append(dict(network=name, format=str(d).removeprefix('torch.'), usual_ms=round(usual, 1),
                             channels_last_ms=round(last, 1), factor=round(usual/last, 2)))
    print(Table(rows, digits=3))
    if a.out: a.out.write_text(json.dumps(dict(machine=machine_info(), batch=a.n, rounds=a.rounds, rows=rows), indent=1))

if __name__ == '__main__': main()
