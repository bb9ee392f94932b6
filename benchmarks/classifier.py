"""Accuracy of 04_resnet's recipe over several seeds.

    python benchmarks/classifier.py --epochs 20 --seeds 0 1 2 --out benchmarks/results/classifier_20.json
    python benchmarks/classifier.py --held-out ...    judge on the last 10,000 training images, train on the others

Each seed decides the first weights, the order of the images and the augmentation. A finished run is written at once, and
not repeated if the same command is started again. The table has mean and standard deviation over the runs.
"""
import argparse, json, statistics, time
from pathlib import Path
from torch import nn
from miniai.core import *
from miniai.datasets import *
from miniai.learner import *
from miniai.resnet import *

def one_run(train, valid, a, seed):
    set_seed(seed)
    dls = DataLoaders(TensorLoader(*train, 256, shuffle=True, seed=seed), TensorLoader(*valid, 500))
    start = time.perf_counter()
    learn = fit_classifier(get_model(a.widths), dls, a.epochs, a.lr, erase=a.erase, seed=seed, cbs=[ProgressCB(mode='log')])
    minutes = (time.perf_counter()-start)/60
    accs = [(p.argmax(1)==y).float().mean().item() for p,y in (predict_probs(learn.model, dls.valid, v) for v in ([nn.Identity()], TTA_VIEWS))]
    return dict(seed=seed, accuracy=accs[0], accuracy_tta=accs[1], minutes=minutes)

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--epochs', type=int, default=5); p.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    p.add_argument('--widths', type=int, nargs='+', default=[16, 32, 96, 192]); p.add_argument('--lr', type=float, default=0.01)
    p.add_argument('--erase', type=int, default=0); p.add_argument('--held-out', action='store_true'); p.add_argument('--out', type=Path)
    a = p.parse_args()
    dd = fashion_mnist()
    train, valid = image_tensors(dd['train']), image_tensors(dd['test'])
    if a.held_out: train, valid = [o[:-10_000] for o in train], [o[-10_000:] for o in train]
    config = dict(epochs=a.epochs, widths=a.widths, lr=a.lr, erase=a.erase, train_images=len(train[0]),
                  judged_on=f"{len(valid[0]):,} {'held-out training' if a.held_out else 'test'} images", machine=machine_info())
    runs = []
    if a.out and a.out.exists():
        saved = json.loads(a.out.read_text())
        other = [k for k in config if k != 'machine' and saved[k] != config[k]]
        if other: p.error(f'{a.out} has runs with another {", ".join(other)}: choose another file')
        runs = saved['runs']
    for seed in a.seeds:
        if seed in [r['seed'] for r in runs]: continue
        runs.append(one_run(train, valid, a, seed))
        if a.out: a.out.write_text(json.dumps(config | dict(runs=runs), indent=1)+'\n')
    def spread(k):
        v = [100*r[k] for r in runs]
        return f'{statistics.mean(v):.2f}' + (f' ± {statistics.stdev(v):.2f}' if len(v)>1 else '')
    print(config['machine'])
    print(Table([dict(epochs=a.epochs, seeds=len(runs), accuracy=spread('accuracy'), with_TTA=spread('accuracy_tta'), judged_on=config['judged_on'],
                      minutes_each=statistics.median(r['minutes'] for r in runs))]))

if __name__ == '__main__': main()
