"""Writes README.md from nbs/index.ipynb: its text, its code, and the text or table that the code showed."""
import json, re
from pathlib import Path

root = Path(__file__).resolve().parent.parent

def markdown(cell):
    src = ''.join(cell['source'])
    if cell['cell_type'] == 'markdown':   # links are relative to nbs/
        return re.sub(r'\]\((?!https?:|#)(\.\./)?', lambda m: '](' if m[1] else '](nbs/', src)
    parts = [] if src.startswith('#| echo: false') else [f'```python\n{src}\n```']
    streams = ''.join(''.join(o['text']) for o in cell['outputs'] if o['output_type'] == 'stream').strip()
    if streams: parts.append(f'```\n{streams}\n```')
    return '\n\n'.join(parts + [''.join(o['data']['text/markdown']) for o in cell['outputs'] if 'text/markdown' in o.get('data', {})])

cells = [c for c in json.loads((root/'nbs'/'index.ipynb').read_text(encoding='utf-8'))['cells'] if ''.join(c['source']).strip()]
head = '<!-- Written by .ci/readme.py from nbs/index.ipynb: edit that, then `make readme`. -->\n\n'
(root/'README.md').write_text(head + '\n\n'.join(map(markdown, cells)) + '\n', encoding='utf-8')
