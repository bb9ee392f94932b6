"Packaging for miniai. Every fact about the package stands in settings.ini, its version in miniai/__init__.py."
import re
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup

here = Path(__file__).parent
cfg = ConfigParser(delimiters=['='])
cfg.read(here/'settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']
name = cfg['lib_name']

setup(
    name=name,
    version=re.search(r'__version__ = "(.+)"', (here/name/'__init__.py').read_text(encoding='utf-8')).group(1),
    description=cfg['description'],
    long_description=(here/'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    keywords=cfg['keywords'],
    author=cfg['author'],
    license=cfg['license'],
    python_requires=f">={cfg['min_python']}",
    packages=[name],
    include_package_data=True,
    package_data={name: ['records/*.json', 'fashion_mnist_*/**']},   # what the lessons load: curves and tables, the sample, weights
    install_requires=cfg['requirements'].split(),
    extras_require={'dev': cfg['dev_requirements'].split()},
    entry_points={'console_scripts': cfg['console_scripts'].split(), 'nbdev': [f'{name}={name}._modidx:d']},
    zip_safe=False,
)
