"""Images per second of candidate UNets: one training step (forward, backward, Adam) at batch 128.

    python benchmarks/unet_speed.py [--bs 128] [--rounds 5] [--steps 2]

The candidates take turns (A B C A B C …), so a machine that slows down slows all of them; the table has each
one's median over the rounds. Real images are not needed: the time of a step does not depend on the pixels.
"""
import argparse, os, platform, statistics, time
import diffusers, torch, torch.nn.functional as F
from diffusers import UNet2DModel

def unet(widths, layers=2, attn=(), heads=8, groups=8, in_ch=1, size=32):
    "A UNet2DModel with attention only at the levels in `attn`"
    n = len(widths)
    down = ['AttnDownBlock2D' if i in attn else 'DownBlock2D' for i in range(n)]
    up   = ['AttnUpBlock2D' if n-1-i in attn else 'UpBlock2D' for i in range(n)]
    return UNet2DModel(sample_size=size, in_channels=in_ch, out_channels=in_ch, block_out_channels=widths, layers_per_block=layers,
                       down_block_types=down, up_block_types=up, attention_head_dim=heads, norm_num_groups=groups,
                       add_attention=bool(attn))

CANDIDATES = {
    'course: 32-64-128-128, attention x3'      : dict(widths=(32,64,128,128), attn=(1,2,3), groups=32),
    'lesson: 16-32-64-64, attention x3'        : dict(widths=(16,32,64,64), attn=(1,2,3)),
    'lesson, attention at the 4x4 level only'  : dict(widths=(16,32,64,64), attn=(3,)),
    'lesson, no attention'                     : dict(widths=(16,32,64,64)),
    '06_ddpm: 16-32-64-64, 1 layer'            : dict(widths=(16,32,64,64), layers=1),
    '16-32-64-64, 1 layer, attention at 4x4'   : dict(widths=(16,32,64,64), layers=1, attn=(3,), heads=32),
    '16-24-48-64, 1 layer'                     : dict(widths=(16,24,48,64), layers=1),
    'demo: 16-16-32-64, 1 layer'               : dict(widths=(16,16,32,64), layers=1),
    '16-32-64-128, 1 layer'                    : dict(widths=(16,32,64,128), layers=1),
    '16-48-96-96, 1 layer'                     : dict(widths=(16,48,96,96), layers=1),
    '8-32-64-128, 1 layer'                     : dict(widths=(8,32,64,128), layers=1, groups=4),
    'pixel-unshuffled 16x16x4: 32-64-64, 1 layer': dict(widths=(32,64,64), layers=1, in_ch=4, size=16),
}

def step_time(model, opt, x, t, steps):
    start = time.perf_counter()
    for _ in range(steps):
        F.mse_loss(model(x, t).sample, x).backward(); opt.step(); opt.zero_grad()
    return (time.perf_counter()-start)/steps

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--bs', type=int, default=128); p.add_argument('--rounds', type=int, default=5)
    p.add_argument('--steps', type=int, default=2); p.add_argument('--only', default='', help='names that contain this')
    a = p.parse_args(); torch.manual_seed(0)
    rows, times = {}, {}
    for name,kw in CANDIDATES.items():
        if a.only not in name: continue
        for cl in (False, True):
            m = unet(**kw).to(memory_format=torch.channels_last if cl else torch.contiguous_format)
            x = torch.randn(a.bs, kw.get('in_ch',1), kw.get('size',32), kw.get('size',32))
            if cl: x = x.contiguous(memory_format=torch.channels_last)
            row = m, torch.optim.Adam(m.parameters(), eps=1e-5), x, torch.randint(0, 1000, (a.bs,)), a.steps
            rows[name,cl], times[name,cl] = row, []
            step_time(*row[:4], 1)
    for _ in range(a.rounds):
        for k,row in rows.items(): times[k].append(step_time(*row))
    print(f'{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, torch {torch.__version__}, diffusers {diffusers.__version__}; '
          f'batch {a.bs}, median of {a.rounds} rounds of {a.steps} steps')
    print(f'| {"model":44} | parameters | images/s, contiguous | images/s, channels_last |')
    print('|---|---:|---:|---:|')
    for name in dict.fromkeys(k for k,_ in rows):
        n = sum(p.numel() for p in rows[name,False][0].parameters())
        v = [a.bs/statistics.median(times[name,cl]) for cl in (False, True)]
        print(f'| {name:44} | {n:10,} | {v[0]:20.0f} | {v[1]:23.0f} |')

if __name__ == '__main__': main()
