"""The lesson's published recipe, given the time that our own takes on this machine.

    python benchmarks/lesson_recipe.py --folder demo/lesson --out benchmarks/results/lesson_recipe.json

Published: diffusers' UNet2DModel as it comes, with widths 16-32-64-64, two layers and attention in three levels, at 32x32; linear
schedule in 1000 whole steps; the noise as target; one-cycle Adam at 4e-3. It is given more than was published: the better first
weights (`init_ddpm`), eps 1e-5, mixed precision where it is faster, batches of 64 (512 would leave a few hundred steps), and
20 evaluations of DPM-Solver++ in place of 1000 of DDPM, which for 10,000 images would take most of a day on two cores.

1. Both recipes train for a few seconds in turns (A B A B …); the medians give the time that ours needs for `--ours` images, and
   the number of images that the lesson's recipe sees in that time.
2. It is trained on so many. Its weights, and their running averages, are kept in `--folder`, and used if the command is repeated.
3. Both are drawn from and judged.
"""
import argparse, json, statistics, time
from functools import partial
from pathlib import Path
from torch import optim
from miniai.core import *
from miniai.datasets import *
from miniai.ddpm import linear_schedule
from miniai.fid import *
from miniai.learner import *
from miniai.resnet import load_classifier
from miniai.samplers import *
from miniai.schedules import *
from miniai.unet import *
from miniai.amp import EMACB, amp_dtype

def ours(): return ImageModel(Denoiser(init_ddpm(unet((32,64,64), channels=4, size=16))), fold=2)

def lesson(): return ImageModel(Denoiser(init_ddpm(unet((16,32,64,64), layers=2, attention=(1,2,3))), linear_schedule(), 'eps'))

def loaders(model, dd, n, seed): return tensor_dls(dd, 64, model.encode, get_device(), seed, n, 2_000)

def fit(model, dls, epochs=1, cbs=None): return fit_diffusion(model.den.model, dls, epochs, 4e-3, model.den.schedule, model.den.target, valid=epochs>1, cbs=cbs)

def rates(dd, rounds, n):
    "Images a second in training, for both recipes in turns"
    models = dict(ours=ours(), lesson=lesson())
    dls, seconds = {k:loaders(m, dd, n, 0) for k,m in models.items()}, {k:[] for k in models}
    for _ in range(rounds+1):
        for k,m in models.items():
            start = time.perf_counter()
            fit(m, dls[k])
            seconds[k].append(time.perf_counter()-start)
    return {k:n/statistics.median(v[1:]) for k,v in seconds.items()}

def train(dd, seen, seed, folder, facts):
    set_seed(seed)
    model, epochs = lesson(), -(-seen//len(dd['train']))
    ema, metrics, start = EMACB(0.999), MetricsCB(), time.perf_counter()
    fit(model, loaders(model, dd, seen//epochs, seed), epochs, [ema, metrics, ProgressCB(mode='log')])
    facts |= dict(seen=seen, epochs=epochs, seed=seed, minutes=(time.perf_counter()-start)/60, val_mse=metrics.history[-1]['loss'], machine=machine_info())
    model.save(folder/'last')
    ema.swap_in(model.den.model); model.save(folder/'averaged')
    (folder/'facts.json').write_text(json.dumps(facts, indent=1)+'\n')

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--ours', type=int, default=1_500_000, help='images that our recipe sees'); p.add_argument('--seen', type=int, help='images for the lesson; measured without it')
    p.add_argument('--n', type=int, nargs='+', default=[10_000, 2_048]); p.add_argument('--rounds', type=int, default=3); p.add_argument('--seed', type=int, default=42)
    p.add_argument('--folder', type=Path, default=Path('demo/lesson')); p.add_argument('--out', type=Path)
    a = p.parse_args()
    dd = fashion_mnist()
    if not (a.folder/'facts.json').is_file():
        a.folder.mkdir(parents=True, exist_ok=True)
        facts = dict(precision=str(amp_dtype(get_device())))
        if a.seen is None: facts |= dict(images_per_second=rates(dd, a.rounds, 1280), ours_seen=a.ours)
        train(dd, a.seen or int(a.ours/facts['images_per_second']['ours']*facts['images_per_second']['lesson']), a.seed, a.folder, facts)
    facts = json.loads((a.folder/'facts.json').read_text())
    judge, rows = Judge(load_classifier(device=get_device()), *(image_tensors(dd[k])[0] for k in ('train', 'test'))), []
    for n in a.n:
        for name,path in {'lesson':a.folder/'last', 'lesson, averaged weights':a.folder/'averaged', 'ours, in the package':MODEL}.items():
            start = time.perf_counter()
            model = ImageModel.load(path)
            steps = 20 if model.guide is None else 10   # 20 evaluations for both
            x = model.draw(n, steps, seed=a.seed)
            rows.append(dict(model=name, sampler='dpm_solver', steps=steps, seed=a.seed, seconds=time.perf_counter()-start) | judge(x))
            print({k:rows[-1][k] for k in ('model', 'n', 'fid', 'seconds')}, flush=True)
            if a.out: save_results(a.out, rows, lesson=facts, reference=f'{len(judge.train)} training images')
    print(facts)
    print(Table([{k:r[k] for k in ('model', 'n', 'fid', 'fid_spread', 'floor', 'precision', 'recall')} | {'s per 1,000':1000*r['seconds']/r['n']} for r in rows]))

if __name__ == '__main__': main()
