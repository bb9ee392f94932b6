"""The tables of nbs/15_conditional.ipynb, made by the lesson's own cells, one row after another. A run that is cut
off goes on where it stopped.

    python benchmarks/conditional.py [--n 2048] [--parts 256] [--out runs/results/15_conditional.json] [--minutes 7]

With --ways, only those ways of asking whose names contain the text. With --minutes, it ends after the row that passes
them (exit 3 while rows are missing)."""
import argparse, json, os, sys, time
from pathlib import Path
root = Path(__file__).resolve().parent.parent
os.chdir(root/'nbs')
from miniai.core import *
from miniai.datasets import *
from miniai.resnet import *
from miniai.fid import *
from miniai.schedules import *
from miniai.samplers import *
from miniai.conditional import *
import diffusers, math, torch

def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--n', type=int, default=2_048, help='images for each way of asking')
    p.add_argument('--parts', type=int, default=256, help='images to fill in and to change; 0: none')
    p.add_argument('--out', type=Path, default=root/'runs'/'results'/'15_conditional.json')
    p.add_argument('--ways', default='', help='only ways of asking with this text in their name')
    p.add_argument('--minutes', type=float, default=math.inf, help='stop after so many')
    return p.parse_args()

o, start = arguments(), time.perf_counter()
model = ImageModel.load(MODEL.parent/'fashion_mnist_classes')
dd, classifier = fashion_mnist(), load_classifier()
test_x, test_y = image_tensors(dd['test'])
for cell in 'cfg', 'ways', 'rows', 'fill', 'filled', 'redo', 'edited':
    exec(exercise_check('15_conditional', f'table-{cell}'))

folder = MODEL.parent/'fashion_mnist_classes'
training = {k:json.loads((folder/k/'training.json').read_text()) for k in ('.', 'guide')}
record = dict(machine=machine_info(), torch=torch.__version__, diffusers=diffusers.__version__,
              date=time.strftime('%Y-%m-%d'), model='fashion_mnist_classes of the package', training=training,
              noises='a stream for each image', sampler='dpm_solver, spacing logsnr', reference='60000 training images')
if o.out.is_file():
    old = json.loads(o.out.read_text())
    if old['training'] != training: sys.exit(f'{o.out} is of another model: move it away')
    record = old

def save():
    o.out.parent.mkdir(parents=True, exist_ok=True)
    tmp = o.out.with_suffix('.tmp')
    tmp.write_text(json.dumps(record, indent=1, ensure_ascii=False)+'\n', encoding='utf-8')
    os.replace(tmp, o.out)
def finish_row(text):
    save()
    print(f'{(time.perf_counter()-start)/60:5.1f} min  {text}', flush=True)
    if time.perf_counter()-start > 60*o.minutes: sys.exit(3)

judge = None
for way in ways:
    rows = record.setdefault('ways', [])
    if o.ways not in way or any(r['way']==way and r['n']==o.n for r in rows): continue
    if judge is None: judge = Judge(classifier, image_tensors(dd['train'])[0], test_x)
    rows.append(way_row(way, o.n))
    finish_row(' '.join(f'{k}={v:.4g}' if isinstance(v, float) else f'{k}={v}' for k,v in rows[-1].items()))
if o.parts:
    for key,make in (('recognised_of_real', lambda n: recognised(test_x, test_y)), ('compared', others),
                     ('edited', edit_rows), ('filled', fill_rows)):
        if key in record: continue
        record[key] = make(o.parts)
        finish_row(key)
save()
