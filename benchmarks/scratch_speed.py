"""A training step of our U-Net (lesson 14) beside one of diffusers' with the same configuration and weights.

    python benchmarks/scratch_speed.py [--rounds 15] [--batch 64] [--threads 2] [--out benchmarks/results/scratch_speed.json]

The two take turns (A B A B …), so a machine that slows down slows both. The table has the medians of each, and the median and
quartiles of the paired ratio: above 1, ours is faster. Real images are not needed, the time does not depend on the pixels.
"""
import argparse, datetime, json, statistics, time
from pathlib import Path
import torch, torch.nn.functional as F
from torch import optim
from miniai.core import machine_info, set_seed
from miniai.unet_scratch import ScratchUNet, init_scratch, to_diffusers

CONFIGS = {
    '06 and 07: 16-32-64-64, 32×32': dict(),
    'package: 32-64-64, 4 channels of 16×16': dict(widths=(32,64,64), channels=4, size=16),
    'the same, attention at 4×4, 32-wide heads': dict(widths=(32,64,64), channels=4, size=16, attention=(2,), head_dim=32),
    'the same, attention at 4×4, 8-wide heads': dict(widths=(32,64,64), channels=4, size=16, attention=(2,)),
    'the same, attention at 8×8 and 4×4, 8-wide heads': dict(widths=(32,64,64), channels=4, size=16, attention=(1,2)),
    'the same, attention everywhere, 32-wide heads': dict(widths=(32,64,64), channels=4, size=16, attention=(0,1,2), head_dim=32),
    'ten classes, attention at 4×4, 32-wide heads': dict(widths=(32,64,64), channels=4, size=16, attention=(2,), head_dim=32, classes=10)}

def step_seconds(net, opt, batch, dtype):
    "One step: forward, backward, Adam"
    begin = time.perf_counter()
    with torch.autocast('cpu', dtype, enabled=dtype!=torch.float32): out = net(*batch)
    F.mse_loss(getattr(out, 'sample', out).float(), batch[0]).backward()
    opt.step()
    opt.zero_grad()
    return time.perf_counter()-begin

def compare(name, dtype, args):
    "Ours and theirs in turns, on the same batch"
    set_seed(0)
    kw = CONFIGS[name]
    ours = init_scratch(ScratchUNet(**kw))
    nets = [ours, to_diffusers(ours)]
    opts = [optim.Adam(o.parameters(), 1e-4, eps=1e-5) for o in nets]
    size = kw.get('size', 32)
    batch = [torch.randn(args.batch, kw.get('channels', 1), size, size), torch.randint(0, 1000, (args.batch,))]
    if 'classes' in kw: batch.append(torch.randint(0, 11, (args.batch,)))
    turns = [[step_seconds(n, o, tuple(batch), dtype) for n,o in zip(nets, opts)] for _ in range(args.rounds+2)][2:]
    a, b = zip(*turns)
    low, middle, high = statistics.quantiles([y/x for x,y in turns], n=4)
    return dict(configuration=name, dtype=str(dtype).split('.')[-1], parameters=sum(p.numel() for p in ours.parameters()),
                ours_ms=1000*statistics.median(a), theirs_ms=1000*statistics.median(b), theirs_over_ours=middle, quartiles=[low, high])

def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument('--rounds', type=int, default=15)
    ap.add_argument('--batch', type=int, default=64)
    ap.add_argument('--threads', type=int, default=torch.get_num_threads())
    ap.add_argument('--out', type=Path, default=Path('benchmarks/results/scratch_speed.json'))
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    rows = []
    print(f'{machine_info()}; {args.threads} threads, batch {args.batch}, {args.rounds} rounds of one step each')
    print(f'| {"configuration":48} | dtype    | ours, ms | diffusers, ms | ratio (quartiles) |')
    print(f'|{"-"*50}|----------|---------:|--------------:|-------------------|')
    for dtype in torch.float32, torch.bfloat16:
        for name in CONFIGS:
            r = compare(name, dtype, args)
            rows.append(r)
            low, high = r['quartiles']
            print(f"| {name:48} | {r['dtype']:8} | {r['ours_ms']:8.1f} | {r['theirs_ms']:13.1f} | "
                  f"{r['theirs_over_ours']:.3f} ({low:.3f}-{high:.3f}) |", flush=True)
    result = dict(machine=machine_info(), date=str(datetime.date.today()), threads=args.threads, batch=args.batch, rounds=args.rounds,
                  how='A B A B in turns, one training step each (forward, backward, Adam), medians; ratio above 1: ours is faster', rows=rows)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(result, indent=1)+'\n')
    print(f'wrote {args.out}')

if __name__ == '__main__': main()
