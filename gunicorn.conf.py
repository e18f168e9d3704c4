"""The web server, in the demo and in production alike; nginx stands in front there."""

import os

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads, so that a connection a browser opens ahead of need does not hold a worker.
worker_class = "gthread"
threads = 4
# Loaded once and shared: starts sooner and takes less memory.
preload_app = True
timeout = 30
max_requests, max_requests_jitter = 5_000, 500
# Whose X-Forwarded-Proto is believed.
forwarded_allow_ips = os.environ.get("TRUSTED_PROXIES", "127.0.0.1")
# It would otherwise open a control socket in the home folder.
control_socket_disable = True
