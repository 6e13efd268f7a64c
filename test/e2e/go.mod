// End-to-end tests against a real control plane. No dependency on purpose: the API is spoken as JSON over net/http, so building the
// tests takes seconds, and the checks share no code with client-go's view of the world.
module muster.scheduler/test/e2e

go 1.26.0
