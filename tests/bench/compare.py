#!/usr/bin/env python3
"""Fetch the same work with haul and with the other tools of your distribution, in turn, and print a table in Markdown.

    cargo build --release && python3 tests/bench/compare.py            a quick look, under a minute or two
    cargo build --release && python3 tests/bench/compare.py --full     the table of the README

Needs Python 3.9, nginx and openssl; curl, wget2, aria2c and axel are measured where they are installed (Debian:
apt install nginx-light openssl curl wget2 aria2 axel). The origin is stock nginx on free ports of the loopback
interface, with a configuration and data made here, in a temporary folder that goes at the end; set TMPDIR to a memory
file system for steadier figures. Every run starts in an empty folder, and what it leaves is compared with the origin's
files, byte for byte. The tools take turns within a round, so that a busy minute hits all of them; the table has medians.
"""
import argparse, datetime, filecmp, os, pathlib, platform, random, re, shutil, signal, socket, statistics
import struct, subprocess, sys, tempfile, threading, time, zlib

DELAY = 0.25  # seconds to the first byte of the article's photos, as far as the real ones were
WORKS = {  # name: what a reader must know, then the sizes of its files: (how many, least, most) quick and in full
    "article": ("photos, 250 ms to the first byte, 2 MB/s a connection", (15, 2_200_000, 3_600_000), (15, 2_200_000, 3_600_000)),
    "small": ("small files, no limit", (1000, 20_000, 80_000), (5000, 20_000, 80_000)),
    "big": ("large file, no limit", (1, 200_000_000, 200_000_000), (1, 2_000_000_000, 2_000_000_000)),
    "capped": ("large file, 20 MB/s a connection", (1, 60_000_000, 60_000_000), (1, 256_000_000, 256_000_000)),
    "tls": ("small files over TLS, HTTP/2 where the tool speaks it", (500, 20_000, 80_000), (2000, 20_000, 80_000)),
}


def png(size, rnd):
    """A whole PNG of about so many bytes that nothing can compress: some tools look at what they get."""
    side = max(1, round((size / 3) ** 0.5))
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    pixels = zlib.compress(b"".join(b"\0" + rnd.randbytes(3 * side) for _ in range(side)), 0)
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def make_files(folder, sizes):
    """Files that are the same every time: the names of a work, in order."""
    count, least, most = sizes
    folder.mkdir()
    rnd, names = random.Random(str(sizes)), []
    for n in range(count):
        size = rnd.randint(least, most)
        names.append(f"file-{n:05}.bin" if size > 10_000_000 else f"img-{n:05}.png")
        with open(folder / names[-1], "wb") as f:
            if size <= 10_000_000:
                f.write(png(size, rnd))
            for left in range(size if size > 10_000_000 else 0, 0, -(1 << 20)):
                f.write(rnd.randbytes(min(left, 1 << 20)))
    return names


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Late(threading.Thread):
    """Stands before nginx and holds every request back for a while, since stock nginx cannot: one request and one
    answer are in flight on a connection at a time, so what comes from a client is a request's beginning or its rest."""

    def __init__(self, behind):
        super().__init__(daemon=True)
        self.behind, self.socket = behind, socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.socket.getsockname()[1]

    def run(self):
        while True:
            client, _ = self.socket.accept()
            origin = socket.create_connection(("127.0.0.1", self.behind))
            for a, b, delay in (client, origin, DELAY), (origin, client, 0):
                b.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.pump, args=(a, b, delay), daemon=True).start()

    def pump(self, source, sink, delay):
        try:
            while data := source.recv(1 << 18):
                time.sleep(delay)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:  # Tools hang up as they like.
            pass


class Origin:
    """Stock nginx with a server for each kind of network."""

    def __init__(self, home):
        self.home, self.ports = home, {work: free_port() for work in WORKS}
        self.ca = home / "ca.pem"
        key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split()
        def openssl(*words):
            subprocess.run(["openssl", "req", "-x509", *key, *words], check=True, capture_output=True, cwd=home)
        openssl("-subj", "/CN=compare", "-keyout", "ca.key", "-out", "ca.pem")
        openssl("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext",
                "basicConstraints=critical,CA:FALSE", "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "key.pem", "-out", "cert.pem")
        limits = {"article": "limit_rate 2m;", "capped": "limit_rate 20m;"}
        tls = "ssl_certificate cert.pem; ssl_certificate_key key.pem;"
        servers = "".join(
            f"server {{ listen 127.0.0.1:{port}{' ssl http2' if work == 'tls' else ''}; {tls if work == 'tls' else ''}"
            f" root {home}/www/{work}; {limits.get(work, '')} }}\n" for work, port in self.ports.items())
        temps = "".join(f"{kind}_temp_path {home}/t-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (home / "nginx.conf").write_text(
            f"daemon off; worker_processes 1; pid {home}/pid; error_log {home}/error.log;\n"
            f"events {{ worker_connections 4096; }}\nhttp {{ access_log off; sendfile on; tcp_nopush on;"
            f" keepalive_requests 100000; types {{ image/png png; }} default_type application/octet-stream; {temps}\n{servers}}}\n")
        self.nginx = subprocess.Popen([tool("nginx"), "-p", str(home), "-c", "nginx.conf"], stderr=subprocess.DEVNULL)
        for port in self.ports.values():
            for _ in range(500):
                with socket.socket() as s:
                    if s.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.01)
            else:
                sys.exit((home / "error.log").read_text() or "nginx does not start")
        late = Late(self.ports["article"])
        late.start()
        self.ports["article"] = late.port

    def url(self, work, name):
        return f"{'https://localhost' if work == 'tls' else 'http://127.0.0.1'}:{self.ports[work]}/{name}"


def tool(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def commands(haul, urls, one, out, ca):
    """Each tool with the options that make it take a list and what it needs to be quick: label, program, command."""
    yield "curl -Z", "curl", f"cd {out} && xargs -n 20000 curl -sS -Z --parallel-max 64 --cacert {ca} --remote-name-all < {urls}"
    yield "wget2", "wget2", f"wget2 -q --max-threads=32 --ca-certificate={ca} -P {out} -i {urls}"
    yield "aria2c", "aria2c", f"aria2c -q --ca-certificate={ca} -d {out} -i {urls}"
    yield "aria2c -j32 -x16", "aria2c", (
        f"aria2c -q -j32 -x16 -s16 -k1M --file-allocation=none --ca-certificate={ca} -d {out} -i {urls}")
    if one:
        yield "axel -n16", "axel", f"axel -q -n16 -o {out} {one}"
    yield "haul", haul, f"{haul} -q --ca-cert {ca} -d {out} {urls}"


# A process starts with the memory of the one that starts it on its account, so a small one starts the tools.
STARTER = """import os, sys, time
started = time.monotonic()
_, _, used = os.wait4(os.posix_spawn('/bin/sh', ['sh', '-c', sys.argv[1]], os.environ), 0)
print(time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss)"""


def run(command, state):
    """Wall seconds, CPU seconds, MiB at the most of any one process of it."""
    command = f"{{ {command}; }} < /dev/null > /dev/null 2>&1"
    env = dict(os.environ, XDG_STATE_HOME=str(state))
    process = subprocess.Popen([sys.executable, "-IS", "-c", STARTER, command], env=env, stdout=subprocess.PIPE, start_new_session=True)
    try:
        wall, cpu, memory = map(float, process.communicate()[0].split())
    except BaseException:  # Whoever stops this stops the tool as well.
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return wall, cpu, memory / (1 << 20 if sys.platform == "darwin" else 1024)


def measure(work, names, origin, args, home):
    urls, out, state = home / "urls.txt", home / "out", home / "state"
    urls.write_text("".join(origin.url(work, name) + "\n" for name in names))
    one = origin.url(work, names[0]) if len(names) == 1 else None
    runs = {}
    for _ in range(args.rounds):
        for label, program, command in commands(args.haul, urls, one, out, origin.ca):
            if not tool(program):
                continue
            for folder in out, state:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
            figures = run(command, state)
            same = sum((out / n).exists() and filecmp.cmp(out / n, home / "www" / work / n, False) for n in names)
            runs.setdefault(label, []).append((*figures, same))
            print(f"{work}: {label} {figures[0]:.2f} s", file=sys.stderr)
    return {label: [statistics.median(r[i] for r in of) for i in range(3)] + [min(r[3] for r in of)] for label, of in runs.items()}


def print_work(work, what, total, count, medians):
    whole = [m[0] for label, m in medians.items() if m[3] == count and label != "haul"]
    best = min(whole, default=None)
    print(f"\n**{work}**: {count} {what} ({total / 1e6:.0f} MB)\n")
    print("| tool | wall | to the best other | CPU | memory | files right |\n|---|---|---|---|---|---|")
    for label, (wall, cpu, rss, same) in sorted(medians.items(), key=lambda item: item[1][0]):
        ratio = f"{wall / best:.2f}" if best else "-"
        name = f"**{label}**" if label == "haul" else label
        print(f"| {name} | {wall:.2f} s | {ratio} | {cpu:.2f} s | {rss:.0f} MiB | {same} of {count} |", flush=True)


def version(program):
    if not tool(program):
        return f"{pathlib.Path(program).name}: not installed"
    flag = "-v" if pathlib.Path(program).name == "nginx" else "--version"
    answer = subprocess.run([tool(program), flag], capture_output=True, text=True)
    first = next(line for line in (answer.stdout + answer.stderr).splitlines() if line.strip())
    return " ".join(first.split()[:3])


def processor():
    try:
        return re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        return platform.processor() or platform.machine()


def main():
    build = pathlib.Path(__file__).resolve().parents[2] / "target/release/haul"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", nargs="*", help=f"some of {' '.join(WORKS)}; all without a word")
    parser.add_argument("--full", action="store_true", help="the sizes of the published table: 5 GB of room, some minutes")
    parser.add_argument("-n", "--rounds", type=int, help="how often each tool runs each work (3; 5 with --full)")
    parser.add_argument("--haul", default=str(build), help="the binary (target/release/haul)")
    args = parser.parse_args()
    args.rounds = args.rounds or (5 if args.full else 3)
    for need in "nginx", "openssl", args.haul:
        if not tool(need):
            sys.exit(f"`{need}` is not there; see --help for what is needed")
    if unknown := set(args.work) - set(WORKS):
        sys.exit(f"no such work: {', '.join(sorted(unknown))}")
    args.haul = str(pathlib.Path(args.haul).resolve())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="haul-compare-") as home:
        home = pathlib.Path(home)
        # The workers of an nginx that root starts run as somebody else.
        home.chmod(0o755)
        (home / "www").mkdir()
        origin = Origin(home)
        try:
            print(f"{datetime.date.today()}, {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
                  f"medians of {args.rounds}{'' if args.full else ', small sizes'}.")
            print("; ".join(version(p) for p in ("nginx", "curl", "wget2", "aria2c", "axel", args.haul)) + ".", flush=True)
            for work in args.work or WORKS:
                what, quick, full = WORKS[work]
                names = make_files(home / "www" / work, full if args.full else quick)
                total = sum((home / "www" / work / name).stat().st_size for name in names)
                print_work(work, what, total, len(names), measure(work, names, origin, args, home))
                shutil.rmtree(home / "www" / work)
        finally:
            origin.nginx.terminate()
            origin.nginx.wait()


if __name__ == "__main__":
    main()
