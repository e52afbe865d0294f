/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A console with several ports (VIRTIO 1.2, section 5.3, device 3). Port 0 is the console, hvc0 in
 * Linux; the others are named byte channels, /dev/vport0pN. A driver without the multiport feature
 * sees port 0 only. Thread safe once it is connected.
 *
 * <pre>{@code
 * VirtioConsole console = VirtioConsole.withPorts("control", "stdin", "stdout", "stderr");
 * MmioDevice device = new VirtioMmioTransport(memory, line, console);
 * console.resize(80, 24);
 * InputStream screen = console.console().output();
 * }</pre>
 */
public final class VirtioConsole implements VirtioDevice {

    /** Most ports, the console included: two queues each, and Linux uses no more. */
    public static final int MAX_PORTS = 31;

    private static final int DEVICE_ID = 3;
    private static final long F_SIZE = 1;
    private static final long F_MULTIPORT = 1 << 1;

    /** Each receive buffer of Linux is a page of 16 KiB, so these queues are short. */
    private static final int RECEIVE_QUEUE = 16;

    private static final int TRANSMIT_QUEUE = 64;
    private static final int CONTROL_RECEIVE = 2;
    private static final int CONTROL_TRANSMIT = 3;
    private static final int CONTROL_QUEUE = 64;
    private static final int CONTROL_BYTES = 8;
    private static final int MAX_NAME_BYTES = 64;

    private static final int CONSOLE_BUFFER = 256 << 10;
    private static final int PORT_BUFFER = 64 << 10;

    // Events of control messages, section 5.3.6.2.
    private static final int DEVICE_READY = 0;
    private static final int DEVICE_ADD = 1;
    private static final int PORT_READY = 3;
    private static final int CONSOLE_PORT = 4;
    private static final int RESIZE = 5;
    private static final int PORT_OPEN = 6;
    private static final int PORT_NAME = 7;

    /** What a control message is about; a newer message replaces an unsent older one. */
    private record Topic(int port, int event) {}

    private final List<ConsolePort> ports;

    // Guarded by the lock of the link, once attached.
    private VirtioLink link;
    private int columns = 80;
    private int rows = 24;
    private final Map<Topic, byte[]> unsent = new LinkedHashMap<>();
    private final Set<Integer> readyPorts = new TreeSet<>();

    private VirtioConsole(List<String> names) {
        List<ConsolePort> made = new ArrayList<>();
        made.add(new ConsolePort(this, 0, "console", true, CONSOLE_BUFFER));
        for (String name : names) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            if (bytes.length == 0 || bytes.length > MAX_NAME_BYTES || name.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "port name \"" + name + "\": must have 1 to " + MAX_NAME_BYTES + " bytes");
            }
            if (made.stream().anyMatch(port -> port.name().equals(name))) {
                throw new IllegalArgumentException("port name \"" + name + "\" appears twice");
            }
            made.add(new ConsolePort(this, made.size(), name, false, PORT_BUFFER));
        }
        if (made.size() > MAX_PORTS) {
            throw new IllegalArgumentException(made.size() + " ports, at most " + MAX_PORTS);
        }
        ports = Collections.unmodifiableList(made);
    }

    /**
     * A console with named ports beside the console itself.
     *
     * @param names names of ports 1, 2, …; unique, 1 to 64 bytes of UTF-8
     * @return a device to be connected to one transport
     * @throws IllegalArgumentException if a name is taken or too long, or there are too many
     */
    public static VirtioConsole withPorts(String... names) {
        return new VirtioConsole(List.of(names));
    }

    /**
     * The console port.
     *
     * @return port 0
     */
    public ConsolePort console() {
        return ports.get(0);
    }

    /**
     * Looks up a port.
     *
     * @param name its name
     * @return the port, or empty
     */
    public Optional<ConsolePort> port(String name) {
        return ports.stream().filter(port -> port.name().equals(name)).findFirst();
    }

    /**
     * All ports.
     *
     * @return by number, the console first
     */
    public List<ConsolePort> ports() {
        return ports;
    }

    /**
     * Tells the guest the size of the terminal; processes on hvc0 get SIGWINCH.
     *
     * @param newColumns characters in a row, 0..65535
     * @param newRows rows, 0..65535
     * @throws IllegalArgumentException if a number is out of range
     */
    public void resize(int newColumns, int newRows) {
        if ((newColumns | newRows) >>> 16 != 0) {
            throw new IllegalArgumentException(
                    "terminal size " + newColumns + " x " + newRows + ": must be 0..65535");
        }
        if (link == null) {
            columns = newColumns;
            rows = newRows;
            return;
        }
        link.lock();
        try {
            columns = newColumns;
            rows = newRows;
            if (!link.hasFeature(F_MULTIPORT)) {
                link.configurationChanged();
            } else if (link.hasFeature(F_SIZE) && readyPorts.contains(0)) {
                sendSize();
            }
        } finally {
            link.unlock();
        }
    }

    @Override
    public int deviceId() {
        return DEVICE_ID;
    }

    @Override
    public long features() {
        return F_SIZE | F_MULTIPORT;
    }

    @Override
    public List<Integer> queueSizes() {
        List<Integer> sizes = new ArrayList<>();
        for (ConsolePort port : ports) {
            sizes.add(RECEIVE_QUEUE);
            sizes.add(TRANSMIT_QUEUE);
            if (port.number() == 0) {
                sizes.add(CONTROL_QUEUE);
                sizes.add(CONTROL_QUEUE);
            }
        }
        return sizes;
    }

    @Override
    public byte[] configuration() {
        return ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) columns)
                .putShort((short) rows)
                .putInt(ports.size())
                .array();
    }

    @Override
    public void attach(VirtioLink to) {
        link = to;
        for (ConsolePort port : ports) {
            int first = port.number() == 0 ? 0 : 2 + 2 * port.number();
            port.attach(to, to.queue(first), to.queue(first + 1));
        }
    }

    @Override
    public void activated() {
        if (!link.hasFeature(F_MULTIPORT)) {
            console().setGuestOpen(true);
        }
        for (ConsolePort port : ports) {
            port.transmitReady();
            port.receiveReady();
        }
        takeControl();
    }

    @Override
    public void notified(int queue) {
        if (queue == CONTROL_RECEIVE) {
            sendControl();
        } else if (queue == CONTROL_TRANSMIT) {
            takeControl();
        } else {
            ConsolePort port = ports.get(queue < 2 ? 0 : (queue - 2) / 2);
            if (queue % 2 == 0) {
                port.receiveReady();
            } else {
                port.transmitReady();
            }
        }
    }

    @Override
    public void reset() {
        unsent.clear();
        readyPorts.clear();
        ports.forEach(ConsolePort::reset);
    }

    /** Tells the guest whether the host has the port open. The lock is held. */
    void sendOpen(ConsolePort port) {
        if (readyPorts.contains(port.number())) {
            send(port.number(), PORT_OPEN, port.isOpen() ? 1 : 0);
        }
    }

    private void sendSize() {
        // Section 5.3.6.2 has the columns first.
        byte[] size =
                ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putShort((short) columns)
                        .putShort((short) rows)
                        .array();
        send(0, RESIZE, 0, size);
    }

    private void send(int port, int event, int value, byte... more) {
        Topic topic = new Topic(port, event);
        unsent.remove(topic);
        unsent.put(
                topic,
                ByteBuffer.allocate(CONTROL_BYTES + more.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(port)
                        .putShort((short) event)
                        .putShort((short) value)
                        .put(more)
                        .array());
        sendControl();
    }

    private void sendControl() {
        Virtqueue queue = link.queue(CONTROL_RECEIVE);
        while (!unsent.isEmpty()) {
            DescriptorChain chain = queue.poll();
            if (chain == null) {
                return;
            }
            Map.Entry<Topic, byte[]> next = unsent.entrySet().iterator().next();
            byte[] message = next.getValue();
            if (chain.writableBytes() < message.length) {
                link.fail("control buffer of " + chain.writableBytes() + " bytes is too small");
                return;
            }
            unsent.remove(next.getKey());
            queue.complete(chain, chain.write(message, 0, message.length));
        }
    }

    private void takeControl() {
        Virtqueue queue = link.queue(CONTROL_TRANSMIT);
        for (int budget = queue.size(); budget > 0; budget--) {
            DescriptorChain chain = queue.poll();
            if (chain == null) {
                return;
            }
            byte[] bytes = new byte[CONTROL_BYTES];
            if (chain.read(bytes, 0, CONTROL_BYTES) < CONTROL_BYTES) {
                link.fail("control message of " + chain.readableBytes() + " bytes");
                return;
            }
            queue.complete(chain, 0);
            ByteBuffer message = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            int port = message.getInt();
            int event = message.getShort() & 0xffff;
            handle(port, event, message.getShort() != 0);
        }
    }

    private void handle(int port, int event, boolean success) {
        if (event == DEVICE_READY) {
            if (success) {
                ports.forEach(each -> send(each.number(), DEVICE_ADD, 0));
            }
            return;
        }
        if (port < 0 || port >= ports.size()) {
            link.fail("control message about port " + port + " of " + ports.size());
            return;
        }
        switch (event) {
            case PORT_READY -> {
                if (success) {
                    readyPorts.add(port);
                    introduce(ports.get(port));
                } else {
                    readyPorts.remove(port);
                }
            }
            case PORT_OPEN -> ports.get(port).setGuestOpen(success);
            default -> link.fail("control message with event " + event);
        }
    }

    private void introduce(ConsolePort port) {
        if (port.number() == 0) {
            send(0, CONSOLE_PORT, 1);
            if (link.hasFeature(F_SIZE)) {
                sendSize();
            }
        }
        send(port.number(), PORT_NAME, 1, port.name().getBytes(StandardCharsets.UTF_8));
        send(port.number(), PORT_OPEN, port.isOpen() ? 1 : 0);
    }
}
