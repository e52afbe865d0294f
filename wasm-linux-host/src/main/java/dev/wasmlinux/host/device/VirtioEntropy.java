/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.host.device;

import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * An entropy source (VIRTIO 1.2, section 5.4, device 4). Fills each request with at most {@value
 * #MAX_REQUEST} bytes; the driver asks again for more.
 */
public final class VirtioEntropy implements VirtioDevice {

    /** Most bytes that one request gets. */
    public static final int MAX_REQUEST = 4096;

    private static final int DEVICE_ID = 4;
    private static final List<Integer> QUEUE_SIZES = List.of(8);

    private final Consumer<byte[]> source;
    private VirtioLink link;

    /** An entropy source with the randomness of the JVM. */
    public VirtioEntropy() {
        this(new SecureRandom()::nextBytes);
    }

    /**
     * An entropy source with the given randomness.
     *
     * @param source fills an array; called on guest threads, one at a time; must not block
     */
    public VirtioEntropy(Consumer<byte[]> source) {
        this.source = Objects.requireNonNull(source, "source");
    }

    @Override
    public int deviceId() {
        return DEVICE_ID;
    }

    @Override
    public long features() {
        return 0;
    }

    @Override
    public List<Integer> queueSizes() {
        return QUEUE_SIZES;
    }

    @Override
    public byte[] configuration() {
        return new byte[0];
    }

    @Override
    public void attach(VirtioLink to) {
        link = to;
    }

    @Override
    public void activated() {
        notified(0);
    }

    @Override
    public void notified(int queue) {
        Virtqueue requests = link.queue(queue);
        for (int budget = requests.size(); budget > 0; budget--) {
            DescriptorChain chain = requests.poll();
            if (chain == null) {
                return;
            }
            byte[] bytes = new byte[(int) Math.min(MAX_REQUEST, chain.writableBytes())];
            source.accept(bytes);
            requests.complete(chain, chain.write(bytes, 0, bytes.length));
        }
    }

    @Override
    public void reset() {
        // Requests are answered at once, so nothing is held.
    }
}
