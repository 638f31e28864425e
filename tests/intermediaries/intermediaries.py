# SPDX-License-Identifier: LGPL-2.1-or-later
"""What may stand between a program and its server, each from Debian's packages, on loopback, with settings of its own.

    with intermediaries.Nginx(agent.port, buffering="off") as between:
        ... a client of between.url ...
"""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

CERTIFICATE = pathlib.Path(__file__).resolve().parent.parent / "remote" / "self-signed.pem"
PATIENCE = 30  # seconds that one has to come up
PATHS = "/usr/sbin:/usr/local/sbin:" + os.environ["PATH"]


class Missing(Exception):
    """The package is not there."""


def free_port(host="127.0.0.1"):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class Intermediary:
    program = None
    tls = False
    host = "127.0.0.1"
    path = ""

    def __init__(self, agent_port, **settings):
        self.agent_port = agent_port
        for name, value in settings.items():
            assert hasattr(self, name), name
            setattr(self, name, value)
        self.port = free_port(self.host)
        self.process = None
        self.folder = None

    @property
    def address(self):
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://{self.address}{self.path}"

    def write(self, name, text):
        path = pathlib.Path(self.folder) / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def __enter__(self):
        program = shutil.which(self.program, path=PATHS)
        if program is None:
            raise Missing(f"{self.program} is not installed")
        self.folder = tempfile.mkdtemp(prefix="gstream-")
        self.output = open(pathlib.Path(self.folder) / "output", "w+b")
        self.process = subprocess.Popen([program, *self.arguments()], stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
                                        env={"HOME": self.folder, "XDG_DATA_HOME": self.folder, "PATH": PATHS})
        self.wait()
        return self

    def wait(self):
        """Until it listens."""
        until = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port)):
                return
            if self.process.poll() is not None or time.monotonic() > until:
                self.output.seek(0)
                raise RuntimeError(f"{self.program} does not come up: {self.output.read().decode()}")
            time.sleep(0.02)

    def __exit__(self, *_exception):
        self.process.terminate()
        self.process.wait()
        self.output.close()
        shutil.rmtree(self.folder)


class Nginx(Intermediary):
    program = "nginx"
    buffering = "off"
    gzip = "off"
    keepalive_requests = 1000
    http2 = False

    def arguments(self):
        extra = (" ssl" if self.tls else "") + (" http2" if self.http2 else "")
        return ["-e", "stderr", "-c", self.write("nginx.conf", f"""
daemon off;
master_process off;
pid {self.folder}/pid;
events {{}}
http {{
  log_format requests "$server_protocol $request_method $uri $status";
  access_log {self.folder}/requests requests;
  client_body_temp_path {self.folder}/body;
  proxy_temp_path {self.folder}/proxy;
  fastcgi_temp_path {self.folder}/fastcgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  server {{
    listen {self.address}{extra};
    {f"ssl_certificate {CERTIFICATE}; ssl_certificate_key {CERTIFICATE};" if self.tls else ""}
    keepalive_requests {self.keepalive_requests};
    gzip {self.gzip};
    gzip_types text/event-stream application/json;
    gzip_proxied any;
    gzip_min_length 1;
    location {self.path}/ {{
      proxy_pass http://127.0.0.1:{self.agent_port}/;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_buffering {self.buffering};
    }}
  }}
}}
""")]

    def requests(self):
        return (pathlib.Path(self.folder) / "requests").read_text()


class Haproxy(Intermediary):
    program = "haproxy"

    def arguments(self):
        return ["-db", "-f", self.write("haproxy.cfg", f"""
global
  maxconn 100
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
frontend clients
  bind {self.address}{f" ssl crt {CERTIFICATE} alpn h2,http/1.1" if self.tls else ""}
  default_backend agents
backend agents
  server agent 127.0.0.1:{self.agent_port}
""")]


class Caddy(Intermediary):
    program = "caddy"

    def arguments(self):
        return ["run", "--adapter", "caddyfile", "--config", self.write("Caddyfile", f"""
{{
  admin off
  auto_https off
}}
{self.url} {{
  {f"tls {CERTIFICATE} {CERTIFICATE}" if self.tls else ""}
  reverse_proxy 127.0.0.1:{self.agent_port}
}}
""")]


class Tinyproxy(Intermediary):
    """One that programs are told of by http_proxy."""

    program = "tinyproxy"

    def arguments(self):
        return ["-d", "-c", self.write("tinyproxy.conf", f"""
Port {self.port}
Listen 127.0.0.1
Timeout 60
Allow 127.0.0.1
""")]
