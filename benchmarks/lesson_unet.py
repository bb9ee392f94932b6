"""The recorded experiments of lesson 07_unet: forty short trainings (first weights x Adam's eps x rate x seed), the edge of the
rate, and the speed of variants of the network.

    python benchmarks/lesson_unet.py --out runs/unet.json [--n-train 6400] [--threads 2]

About half an hour on two cores. `make record` copies the result into the package as miniai/records/unet.json.
"""
import argparse, datetime, json, math, statistics, time
from functools import partial
from pathlib import Path
import torch, torch.nn.functional as F
from diffusers.models.attention_processor import Attention, AttnProcessor
from torch import optim
from miniai.core import machine_info, set_seed
from miniai.datasets import fashion_mnist, tensor_dls
from miniai.ddpm import encode_images, linear_schedule, noisify
from miniai.learner import DeviceCB, MetricsCB, OneCycleCB, ProgressCB, RecorderCB, TrainLearner
from miniai.unet import NoisifyCB, init_ddpm, unet

ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
ap.add_argument('--out', type=Path, default=Path('runs/unet.json'))
ap.add_argument('--n-train', type=int, default=6_400)
ap.add_argument('--n-valid', type=int, default=2_000)
ap.add_argument('--rounds', type=int, default=6)
ap.add_argument('--threads', type=int, default=2)
args = ap.parse_args()
torch.set_num_threads(args.threads)

schedule, data, seeds = linear_schedule(), fashion_mnist(), (42, 43)
none = dict(second_convs=False, downsamplers=False, output=False)
starts = {'default': none} | {nm: none|{nm: True} for nm in none} | {'all': {}}

def train(start, eps, lr, seed):
    "One short training: losses, validation loss, seconds"
    set_seed(seed)
    model = init_ddpm(unet((16,16,32,64)), **starts[start])
    dls = tensor_dls(data, 64, encode_images, seed=seed, n_train=args.n_train, n_valid=args.n_valid)
    rec, metrics, begin = RecorderCB(), MetricsCB(), time.perf_counter()
    cbs = [NoisifyCB(schedule), DeviceCB(), OneCycleCB(), rec, metrics, ProgressCB(mode='log')]
    try:
        TrainLearner(model, dls, F.mse_loss, lr, cbs, partial(optim.Adam, eps=eps)).fit(1)
        val = metrics.history[-1]['loss']
    except FloatingPointError: val = math.nan
    return dict(losses=rec.values('loss'), val=val, seconds=time.perf_counter()-begin)

def blew_up(r): return not r['val'] <= 1 or max(r['losses'][50:], default=0) > 1

def row(start, eps, lr):
    rs = [train(start, eps, lr, seed) for seed in seeds]
    vals = [r['val'] for r in rs]
    return dict(start=start, adam_eps=f'{eps:g}', lr=lr, seeds=len(rs), val_MSE=statistics.mean(vals), difference=max(vals)-min(vals),
                blew_up=f'{sum(map(blew_up, rs))} of {len(rs)}', images=args.n_train, seconds=statistics.mean(r['seconds'] for r in rs))

def variant(attention=(), head_dim=8, layers=2, channels_last=False, fused=False, batch=64, sdpa=True):
    "A network, its optimizer and a batch"
    set_seed(0)
    m = init_ddpm(unet((16,32,64,64), layers, attention, head_dim=head_dim))
    for o in m.modules():
        if isinstance(o, Attention) and not sdpa: o.set_processor(AttnProcessor())
    (x_t, t), ε = noisify(torch.rand(batch, 1, 32, 32)*2-1, schedule)
    if channels_last: m, x_t = m.to(memory_format=torch.channels_last), x_t.contiguous(memory_format=torch.channels_last)
    return m, optim.Adam(m.parameters(), 1e-3, eps=1e-5, fused=fused), ((x_t, t), ε)

def one_step(model, opt, batch):
    x, ε = batch
    F.mse_loss(model(x), ε).backward()
    opt.step()
    opt.zero_grad()

def speeds():
    "Images a second of each variant, in turns; the first round warms up"
    far = (1,2,3)
    kinds = {'attention in 3 levels, 8-wide heads': dict(attention=far), 'attention in 3 levels, 8-wide heads, no SDPA': dict(attention=far, sdpa=False),
             'attention in 3 levels, 32-wide heads': dict(attention=far, head_dim=32), 'attention in the lowest level': dict(attention=(3,)),
             'attention in the lowest level, 32-wide': dict(attention=(3,), head_dim=32), 'no attention': {},
             'no attention, channels last': dict(channels_last=True), 'no attention, fused Adam': dict(fused=True),
             'no attention, one block a level': dict(layers=1), 'no attention, one block, batch 16': dict(layers=1, batch=16),
             'no attention, one block, batch 256': dict(layers=1, batch=256)}
    built, times = {nm: variant(**kw) for nm,kw in kinds.items()}, {nm: [] for nm in kinds}
    for _ in range(args.rounds+1):
        for nm,o in built.items():
            begin = time.perf_counter()
            one_step(*o)
            times[nm].append((time.perf_counter()-begin)/len(o[2][1]))
    rate = {nm: 1/statistics.median(v[1:]) for nm,v in times.items()}
    first = next(iter(rate.values()))
    return [dict(variant=nm, images_per_second=v, factor=v/first, parameters=sum(p.numel() for p in built[nm][0].parameters())) for nm,v in rate.items()]

result = dict(machine=machine_info(), date=str(datetime.date.today()),
              starts=[row(s, eps, lr) for s in starts for eps in (1e-8, 1e-5) for lr in (3e-3, 6e-3)],
              edge=[row('all', eps, lr) for lr in (7e-3, 8e-3, 9e-3, 1e-2) for eps in (1e-8, 1e-5)], variants=speeds())
args.out.parent.mkdir(parents=True, exist_ok=True)
args.out.write_text(json.dumps(result, indent=1)+'\n')
print(f'wrote {args.out}')
