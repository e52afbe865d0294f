/*
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.wasmlinux.toolchain;

import dev.wasmlinux.toolchain.host.Distribution;
import java.util.List;
import java.util.Objects;

/**
 * Recipes of containers in which everything can be built: Dockerfiles, for Docker and Podman. Their
 * packages are those that {@link Toolchain#doctor} asks for.
 */
public final class ContainerRecipe {
    /**
     * What recipes build upon: the Debian release with the compiler that made the bundled image.
     * Name one by its digest where a container must be the same in a year.
     */
    public static final String BASE = "docker.io/library/debian:bookworm-slim";

    /** Where a container's own copy of the tool lies. */
    private static final String HOME = "/opt/wasm-linux";

    private ContainerRecipe() {}

    /**
     * A container with the tools of the build and Java, but without this library: the directory of
     * the work, the cache and the tool itself are mounted.
     *
     * @param base image to build upon, of Debian
     * @return a Dockerfile, which needs no context
     */
    public static String buildOnly(String base) {
        List<String> packages = Distribution.Manager.APT.everything();
        return """
                # SPDX-License-Identifier: Apache-2.0
                # What builds of Wasm Linux need: the stock compiler, make and Java. The tool, its
                # cache and the work are mounted.
                FROM %s
                RUN apt-get update \\
                 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\
                    ca-certificates \\
                    openjdk-17-jdk-headless \\
                %s
                 && rm -rf /var/lib/apt/lists/*
                ENV LC_ALL=C.UTF-8
                """
                .formatted(
                        Objects.requireNonNull(base, "base"),
                        String.join(
                                "\n",
                                packages.stream().map(name -> "    " + name + " \\").toList()));
    }

    /**
     * A container that also has the tool, compiled from the source tree that is its context, and
     * runs as an ordinary user: {@code docker run IMAGE build image}.
     *
     * @param base image to build upon, of Debian
     * @return a Dockerfile, whose context is the root of this project's source tree
     */
    public static String allInOne(String base) {
        return buildOnly(base)
                + """
                RUN useradd --create-home --uid 1000 builder \\
                 && mkdir -p %1$s /cache /work \\
                 && chown builder: %1$s /cache /work
                USER builder
                COPY --chown=builder . %1$s
                # Compiles the tool and the bundled image, as the first run would.
                RUN %1$s/wasm-linux --version
                ENV WASM_LINUX_CACHE=/cache
                VOLUME /cache
                WORKDIR /work
                ENTRYPOINT ["%1$s/wasm-linux"]
                CMD ["--help"]
                """
                        .formatted(HOME);
    }
}
