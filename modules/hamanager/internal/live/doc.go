// Package live keeps one home's model in step with its Home Assistant: it connects, mirrors
// states in place, rebuilds the structure when a registry changes, and comes back after every
// loss. Readers never wait for it.
package live
