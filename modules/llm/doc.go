// Package llm is the way to the language model: Ollama servers, and the models on them.
//
// It owns no tables and no routes, and needs nothing of other modules but audit's words. Chat makes
// one call: the queue (queue.go, admission.go) decides whose turn it is and which server gets it, chat.go
// asks the models in their order and judges answers, server.go knows how each server does, warm.go keeps
// the model loaded and the shared beginning of all prompts read.
//
// What must not break: without a model nothing is slower, and nobody is told of a failure of
// something they never asked for. One household never makes another wait. Nothing is sent that
// cannot come back in time, and what its caller left is ended at the server.
package llm
