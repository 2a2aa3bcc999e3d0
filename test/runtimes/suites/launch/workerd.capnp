# Two workers that differ in what they have of Node. `workerd test` runs the test of the service that it is told.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "workerd", worker = .withNode), (name = "workerd-bare", worker = .bare)],
  v8Flags = ["--expose-gc"],
);

const withNode :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "suites.mjs", esModule = embed "suites.mjs"),
  ],
  compatibilityDate = "2026-11-01",
);

const bare :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "suites.mjs", esModule = embed "suites.mjs"),
  ],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ["no_nodejs_compat", "no_nodejs_compat_v2"],
);
