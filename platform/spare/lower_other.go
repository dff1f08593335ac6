//go:build !linux

package spare

// lower does nothing where priorities are not a thread's own.
func lower() {}
