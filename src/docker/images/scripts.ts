/** Text of the scripts that the images bring along; what they do are programs of apps/. */

/** /opt/webapp/app.py */
export const WEBAPP_SOURCE = `#!/usr/bin/env python3
# Says hello, or what $PROVIDER says, on port 5000.
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class App(BaseHTTPRequestHandler):
    server_version = "webapp/1.0"

    def do_GET(self):
        found = self.path == "/"
        body = ("Hello " + os.environ.get("PROVIDER", "world") + "!") if found else "Not Found\\n"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


print(" * Running on http://0.0.0.0:5000/ (Press CTRL+C to quit)", flush=True)
HTTPServer(("0.0.0.0", 5000), App).serve_forever()
`;
