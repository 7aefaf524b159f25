# A node: built with the toolchain's image, run on a small one without compiler, as a user without rights.
#   docker build -t aldis .
#   docker run -p 8080:8080 -v aldis:/var/lib/aldis aldis serve --bind 0.0.0.0:8080
# The same Debian release in both stages: the binary is linked with its C library.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# Dependencies are kept between builds; the binary leaves the cache. Line tables alone: a crash's trace has names and
# lines.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --package aldis --bin aldis \
    && install -D -m 0755 target/release/aldis /out/aldis

FROM debian:12-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 aldis \
    && useradd --system --uid 10001 --gid aldis --home-dir /var/lib/aldis --shell /usr/sbin/nologin aldis \
    && install -d -m 0700 -o aldis -g aldis /var/lib/aldis
COPY --from=build /out/aldis /usr/local/bin/aldis
USER 10001:10001
WORKDIR /var/lib/aldis
# Without a configuration: one node, its database and keys in the volume, reachable inside the container only.
ENV ALDIS_NODE__DATA_DIR=/var/lib/aldis/data
VOLUME /var/lib/aldis
EXPOSE 8080 9090
# Liveness alone: something that restarts unhealthy containers must not restart all nodes because Redis or PostgreSQL is
# away.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["aldis", "health", "--live"]
# The process drains on SIGTERM and ends within 20 s: docker stop --time 25.
STOPSIGNAL SIGTERM
ENTRYPOINT ["aldis"]
CMD ["serve"]
