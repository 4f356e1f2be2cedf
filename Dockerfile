# The build stage runs what "make build" runs.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=container
RUN make build VERSION=$VERSION

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /src/bin/weir /usr/bin/weir
COPY --from=build /src/examples /usr/share/weir/examples
# Without a configuration the built-in example runs. With one: mount it, say "run -c /etc/weir/weir.hcl", and set WEIR_HEALTH
# to the path of its stats socket or to a URL that answers while all is well.
ENV WEIR_HEALTH=http://127.0.0.1:7000/health
EXPOSE 7000
USER nonroot
STOPSIGNAL SIGUSR1
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["/usr/bin/weir", "health"]
ENTRYPOINT ["/usr/bin/weir"]
CMD ["run"]
