"""The recorded training of lesson 06_ddpm: five epochs, then 300 batches on images in [0, 1] for its bug gallery, and the picture at its head.

    python benchmarks/lesson_ddpm.py --out runs/ddpm [--epochs 5] [--threads 1] [--model FOLDER]

Writes a model folder (weights in 16 bits) with record.json and gallery.safetensors, and walk.png. `make record` copies it into the package as
miniai/fashion_mnist_ddpm. With --model the training is left out, and the folder's weights and record are used.
"""
import argparse, json, time
from functools import partial
from pathlib import Path
import torch
from safetensors.torch import save_file
from torch import nn, optim
from miniai.amp import MixedPrecisionCB, amp_dtype
from miniai.core import def_device, grid_image, machine_info, set_seed
from miniai.datasets import fashion_mnist, tensor_dls
from miniai.ddpm import (DDPMCB, Schedule, Trajectory, decode_images, encode_images, linear_schedule, load_model, make_unet,
                         predict_noise, sample, save_model)
from miniai.learner import DeviceCB, Learner, MetricsCB, OneCycleCB, ProgressCB, RecorderCB

ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
ap.add_argument('--out', type=Path, default=Path('runs/ddpm'))
ap.add_argument('--epochs', type=int, default=5)
ap.add_argument('--threads', type=int, default=1)
ap.add_argument('--model', type=Path)
ap.add_argument('--n-train', type=int)
args = ap.parse_args()
torch.set_num_threads(args.threads)

schedule, lr, seed = linear_schedule(1000), 3e-3, 42
dtype = amp_dtype(def_device)

def data(tfm, n_train=args.n_train): return tensor_dls(fashion_mnist(), 64, tfm, seed=seed, n_train=n_train)

def fit(model, dls, n_epochs, lr, **kwargs):
    "One training: history, losses of all batches, minutes"
    metrics, rec, begin = MetricsCB(), RecorderCB(), time.time()
    cbs = [DDPMCB(schedule), DeviceCB(), metrics, rec, ProgressCB(mode='log'), OneCycleCB(), MixedPrecisionCB(dtype)]
    Learner(model, dls, nn.MSELoss(), lr, cbs, partial(optim.Adam, eps=1e-5)).fit(n_epochs, **kwargs)
    return dict(history=metrics.history, losses=[round(o, 5) for o in rec.values('loss')], minutes=(time.time()-begin)/60)

def draw(model, n, seed, schedule=schedule, **kwargs):
    "n images, and the walk that led to them"
    x_T = torch.randn(n, 1, 32, 32, generator=torch.Generator().manual_seed(seed)).to(def_device)
    with torch.autocast(def_device.type, dtype, enabled=dtype!=torch.float32):
        return sample(model, x_T, schedule, generator=torch.Generator().manual_seed(seed+1), **kwargs).cpu().float()

if args.model:
    model, record = load_model(args.model)[0].float(), json.loads((args.model/'record.json').read_text())
else:
    set_seed(seed)
    model, dls = make_unet(), data(encode_images)
    record = fit(model, dls, args.epochs, lr) | dict(seed=seed, lr=lr, epochs=args.epochs, batch=64, dtype=str(dtype).split('.')[1],
        n_train=len(dls.train.images), threads=args.threads, machine=machine_info())

save_model(model.half(), schedule, args.out)
model.float()
traj = Trajectory(times=[999, 600, 400, 300, 200, 100])
x = draw(model, 6, 10, callback=traj)
walk = torch.stack([*traj.x, x], 1).flatten(0, 1)
grid_image(walk, ncols=7, scale=2).save(args.out/'walk.png')

# the bug gallery: rows from the same noise, each with one mistake
def late(by): return lambda x, t: predict_noise(model.eval(), x, (t+by).clamp(max=999))
root = Schedule(schedule.beta, schedule.alpha, schedule.alphabar.sqrt())
gallery = {'right': draw(model, 8, 3), 'wrong ᾱ': draw(model, 8, 3, schedule=root), 'no clamp': draw(model, 8, 3, clip=False),
           't off by 1': draw(late(1), 8, 3), 't off by 20': draw(late(20), 8, 3)}
set_seed(seed)   # and one that needs training: the same network, trained on with images in [0, 1]
fit(model, data(lambda xb: (encode_images(xb)+1)/2, n_train=300*64), 1, 1e-3, valid=False)
gallery['images in [0, 1]'] = draw(model, 8, 3)
save_file({k: (decode_images(v)*255).round().byte() for k,v in gallery.items()}, args.out/'gallery.safetensors')
(args.out/'record.json').write_text(json.dumps(record)+'\n')
print(f"validation loss {record['history'][-1]['loss']:.4f} after {record['minutes']:.0f} minutes; wrote {args.out}")
