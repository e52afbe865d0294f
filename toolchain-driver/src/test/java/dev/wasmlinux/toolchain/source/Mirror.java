/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A server on the loopback interface that answers as a script says, also against the protocol. */
final class Mirror implements AutoCloseable {
    /** A request as far as tests care. */
    record Request(String path, Map<String, String> headers) {}

    /** Writes a raw answer; the connection is closed afterwards. */
    interface Answer {
        void write(Request request, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket socket;
    private final List<Answer> answers;
    final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

    /** Answers one request after the other; the last answer serves all that follow. */
    Mirror(Answer... answers) throws IOException {
        this.answers = List.of(answers);
        this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "mirror");
        thread.setDaemon(true);
        thread.start();
    }

    URI location() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/archive");
    }

    private void serve() {
        while (!socket.isClosed()) {
            try (Socket connection = socket.accept()) {
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        connection.getInputStream(), StandardCharsets.ISO_8859_1));
                String first = in.readLine();
                if (first == null) {
                    continue;
                }
                Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                for (String line = in.readLine();
                        line != null && !line.isEmpty();
                        line = in.readLine()) {
                    int colon = line.indexOf(':');
                    headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
                }
                Request request = new Request(first.split(" ")[1], headers);
                requests.add(request);
                int index = Math.min(requests.size(), answers.size()) - 1;
                answers.get(index).write(request, connection.getOutputStream());
                connection.getOutputStream().flush();
            } catch (IOException e) {
                continue; // the client went away, or the server is being closed
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    static void head(OutputStream out, String status, String... headers) throws IOException {
        StringBuilder text = new StringBuilder("HTTP/1.1 " + status + "\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        out.write(
                text.append("Connection: close\r\n\r\n")
                        .toString()
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Serves bytes correctly, ranges included. */
    static Answer whole(byte[] bytes) {
        return (request, out) -> {
            String range = request.headers().get("Range");
            if (range != null && "\"v1\"".equals(request.headers().get("If-Range"))) {
                int start = Integer.parseInt(range.substring(6, range.length() - 1));
                head(
                        out,
                        "206 Partial Content",
                        "ETag: \"v1\"",
                        "Content-Range: bytes "
                                + start
                                + "-"
                                + (bytes.length - 1)
                                + "/"
                                + bytes.length,
                        "Content-Length: " + (bytes.length - start));
                out.write(bytes, start, bytes.length - start);
            } else {
                head(out, "200 OK", "ETag: \"v1\"", "Content-Length: " + bytes.length);
                out.write(bytes);
            }
        };
    }

    /** Promises everything, sends a part, and hangs up. */
    static Answer drops(byte[] bytes, int after) {
        return (request, out) -> {
            head(out, "200 OK", "ETag: \"v1\"", "Content-Length: " + bytes.length);
            out.write(bytes, 0, after);
        };
    }

    /** Answers with a status alone. */
    static Answer status(String status) {
        return (request, out) -> head(out, status, "Content-Length: 0");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
