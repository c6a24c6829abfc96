"""Starts a server on a free port, asks it for a page, and has it end: serve.py CONFIGURATION COMMAND...; {port} and {folder} stand for what they are."""
import os, signal, socket, subprocess, sys, tempfile, urllib.request

with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    fill = lambda text: text.replace("{port}", str(port)).replace("{folder}", folder)
    with open(f"{folder}/server.conf", "w") as file:
        file.write(fill(sys.argv[1]))
    with open(f"{folder}/page.txt", "w") as file:
        file.write("seventeen\n" * 1000)
    os.chmod(folder, 0o755)
    server = subprocess.Popen([fill(word) for word in sys.argv[2:]])
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except ConnectionRefusedError:
            os.sched_yield()
    try:
        for coding in ("identity", "gzip"):
            answer = urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/page.txt", headers={"Accept-Encoding": coding}))
            body = answer.read()
            print(answer.status, answer.headers.get("Content-Encoding"), len(body) == 10000, len(body) < 1000)
    finally:
        server.send_signal(signal.SIGTERM)
        print(server.wait())
        if os.path.exists(f"{folder}/log"):
            # What came of its children: none may have crashed.
            print(*(line for line in open(f"{folder}/log") if "exit signal" in line), sep="", end="")
