"""What `make test` runs: each notebook with nbdev-test (smoke runs), side by side, one process and one thread for
each core, then the checks of the package. Ends with `N passed, N failed`. With --coverage (`make coverage`): the
notebooks alone, then the lines of miniai/ that none of them ran."""
import importlib.metadata, os, shutil, subprocess, sys, tempfile, time, zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

root = Path(__file__).resolve().parent.parent
bin_dir = Path(sys.executable).parent
env = os.environ | dict(MINIAI_SMOKE='1', MPLBACKEND='agg', PYTHONWARNINGS='default', OMP_NUM_THREADS='1',
                        PATH=f'{bin_dir}{os.pathsep}{os.environ["PATH"]}')

def call(*args, cwd=root):
    "Run a program; raise with what it said if it fails"
    r = subprocess.run([str(a) for a in args], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
    if r.returncode: raise RuntimeError(f'exit code {r.returncode}\n{r.stdout}')
    return r.stdout

def unchanged(*command):
    "The program changes no notebook, no module and not the README"
    def state(): return {p:p.read_bytes() for g in ('nbs/**/*.ipynb', 'miniai/*.py', 'README.md') for p in root.glob(g)}
    before = state()
    call(*command)
    after = state()
    changed = [str(p.relative_to(root)) for p in sorted(before.keys()|after.keys()) if before.get(p) != after.get(p)]
    for p,content in before.items(): p.write_bytes(content)
    if changed: raise RuntimeError(f'{command[-1]} changes {", ".join(changed)}: run it and commit the result')

def wheel():
    "The wheel holds all modules, records, weights and the embedded sample; each part and the whole stay within their limits"
    with tempfile.TemporaryDirectory() as tmp:
        ignored = shutil.ignore_patterns('.git', '.venv', 'demo', 'runs', 'nbs', '*.egg-info', 'build')
        src = shutil.copytree(root, Path(tmp)/'src', ignore=ignored)
        call(sys.executable, '-m', 'pip', 'wheel', '--quiet', '--no-deps', '--no-build-isolation', '-w', tmp, src, cwd=tmp)
        files = {i.filename: i.compress_size for i in zipfile.ZipFile(next(Path(tmp).glob('*.whl'))).infolist()}
    wanted = {str(p.relative_to(root)) for g in ('*.py', 'records/*.json', 'fashion_mnist_*/**/*') for p in (root/'miniai').glob(g) if p.is_file()}
    if missing := wanted - files.keys(): raise RuntimeError(f'the wheel lacks {", ".join(sorted(missing))}')
    limits = {'fashion_mnist_sample/': 6e6, 'fashion_mnist_diffusion/': 8e6, 'fashion_mnist_': 28e6, 'records/': 1e6, '': 30e6}
    for part,limit in limits.items():
        size = sum(v for k,v in files.items() if k.startswith(f'miniai/{part}'))
        if size > limit: raise RuntimeError(f'miniai/{part} takes {size/1e6:.1f} MB of the wheel: at most {limit/1e6:.0f}')

def scripts():
    "The console scripts are installed, explain themselves, and refuse a bad argument in one line"
    for nm,bad in ('miniai_train', '--seen'), ('miniai_sample', '--n'), ('miniai_eval', '--n'):
        if '--seed' not in (said := call(bin_dir/nm, '--help')): raise RuntimeError(said)
        r = subprocess.run([bin_dir/nm, bad, '0'], env=env, capture_output=True, text=True, timeout=300)
        if (r.returncode, r.stdout, r.stderr) != (2, '', f'{nm}: {bad[2:]}=0: use 1 or more\n'): raise RuntimeError(f'{nm} {bad} 0: {r}')

def outcome(name, check):
    "Run one check and print its line; was it right?"
    start = time.time()
    try: check(); word, why = 'ok', ''
    except Exception as e: word, why = 'FAILED', f'\n{e}\n'
    print(f'{word:6} {time.time()-start:6.1f} s  {name}{why}', flush=True)
    return word == 'ok'

def in_parallel(checks):
    "The outcome of each check, as many at a time as there are cores"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()
    with ThreadPoolExecutor(cores) as pool: return list(pool.map(outcome, checks.keys(), checks.values()))

def coverage(notebooks):
    "Run the notebooks under coverage, and print the share of the lines of miniai/ that ran"
    tool = [sys.executable, '-m', 'coverage']
    with tempfile.TemporaryDirectory() as tmp:
        env['COVERAGE_FILE'] = f'{tmp}/data'
        checks = {name: lambda p=p: call(*tool, 'run', bin_dir/'nbdev-test', p) for name,p in notebooks.items()}
        results = in_parallel(checks)
        call(*tool, 'combine', '--quiet')
        report = subprocess.run([*tool, 'report'], cwd=root, env=env)
    return int(not all(results) or report.returncode != 0)

def main():
    found = [p for p in (root/'nbs').rglob('*.ipynb') if '.ipynb_checkpoints' not in p.parts]
    slowest_first = sorted(found, key=lambda p: p.stat().st_size, reverse=True)
    notebooks = {str(p.relative_to(root)):p for p in slowest_first}
    if sys.argv[1:] == ['--coverage']: return coverage(notebooks)
    after = {'nbdev-export leaves no diff': lambda: unchanged('nbdev-export'),
             'nbdev-clean leaves no diff': lambda: unchanged('nbdev-clean'),
             'README.md is made from index.ipynb': lambda: unchanged(sys.executable, root/'.ci'/'readme.py'),
             'wheel': wheel, 'console scripts': scripts}
    results = in_parallel({name: lambda p=p: call('nbdev-test', p) for name,p in notebooks.items()})
    results += [outcome(*o) for o in after.items()]   # one after the other: these change files and put them back
    versions = ', '.join(f'{p} {importlib.metadata.version(p)}' for p in ('torch', 'diffusers', 'nbdev'))
    print(f'Python {sys.version.split()[0]}, {versions}')
    print(f'{sum(results)} passed, {len(results)-sum(results)} failed')
    return int(not all(results))

if __name__ == '__main__': sys.exit(main())
