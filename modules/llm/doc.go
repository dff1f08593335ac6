// Package llm is the way to the language model: an Ollama server, and the model on it.
//
// It owns no tables and no routes, and needs nothing of other modules but audit's words.
// Today it knows whether the model is there (Check for the health report, Ready for intent);
// the grammar answers alone. What must not break: without a model nothing is slower, and
// nobody is told of a failure of something they never asked for.
package llm
