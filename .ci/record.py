"""What `make record` runs: lessons in full, then what they made is copied into the package and benchmarks/results.

    python .ci/record.py 10_schedules ...

A copy of each notebook is executed in which the configuration cell says `FULL = True`. A full run leaves what the package
ships in runs/package, and tables in runs/results. The weights that judge FID never change."""
import json, os, re, shutil, subprocess, sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
destinations = {'package': root/'miniai', 'results': root/'benchmarks'/'results'}
judge = root/'miniai'/'fashion_mnist_classifier'

def full_copy(notebook):
    "Write a copy beside the notebook whose switch is on"
    nb = json.loads(notebook.read_text(encoding='utf-8'))
    n_switches = 0
    for c in nb['cells']:
        if c['cell_type'] == 'code':
            source, n = re.subn(r'^FULL = .*', 'FULL = True', ''.join(c['source']), flags=re.M)
            c['source'], n_switches = source, n_switches+n
    if n_switches != 1: sys.exit(f'{notebook.name} has {n_switches} lines that begin with "FULL = ": expected one')
    copy = notebook.with_name(f'_full_{notebook.name}')
    copy.write_text(json.dumps(nb), encoding='utf-8')
    return copy

def execute(notebook):
    "Run a copy of the notebook in full; its outputs go to runs/"
    copy = full_copy(notebook)
    command = ['jupyter', 'nbconvert', '--to', 'notebook', '--execute', '--ExecutePreprocessor.timeout=-1',
               '--output-dir', str(root/'runs'), '--output', notebook.name, copy.name]
    env = os.environ | dict(MINIAI_SMOKE='0', PATH=f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}')
    try: subprocess.run(command, cwd=copy.parent, env=env, check=True)
    finally: copy.unlink()

def keep():
    "Copy what full runs made to where it is kept"
    for part,folder in destinations.items():
        for f in sorted(p for p in (root/'runs'/part).rglob('*') if p.is_file()):
            to = folder/f.relative_to(root/'runs'/part)
            if judge in to.parents: sys.exit(f'{to.relative_to(root)}: the weights that judge never change')
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(f, to)
            print(f'{to.relative_to(root)}: {f.stat().st_size/1e6:.2f} MB')

if __name__ == '__main__':
    if len(sys.argv) < 2: sys.exit('say which lessons: make record NB=10_schedules')
    for name in sys.argv[1:]: execute(root/'nbs'/f'{name}.ipynb')
    keep()
