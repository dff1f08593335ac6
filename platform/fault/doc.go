// Package fault ends the process at named points, so that a test can see what is left of it.
// Only a build with the tag faultpoints does so; in any other the calls are empty and cost
// nothing.
package fault
