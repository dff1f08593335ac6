package virtualhome

import (
	"bytes"
	"runtime"
	"testing"
)

// BenchmarkServiceCall is one call_service round trip in memory, with its events, through
// a client that subscribes to entities as homehub does.
func BenchmarkServiceCall(b *testing.B) {
	_, _, s := connect(b, Options{Definition: builtIn(b)})
	s.must(`{"type":"subscribe_entities"}`, nil)
	s.readRaw()
	s.must(`{"type":"supported_features","features":{"coalesce_messages":1}}`, nil)
	b.ReportAllocs()
	for b.Loop() {
		s.id++
		s.write(`{"id":` + itoa(s.id) + `,"type":"call_service","domain":"light","service":"toggle",` +
			`"target":{"entity_id":["light.konyha"]}}`)
		for !bytes.Contains(s.readRaw(), []byte(`"type":"result"`)) {
			continue // the event came in a frame of its own
		}
	}
}

// BenchmarkHome is the cost of one more home: its making, and the memory that it holds.
func BenchmarkHome(b *testing.B) {
	f := builtIn(b)
	var homes []*Home
	before := heap()
	for b.Loop() {
		h, _, _ := connect(b, Options{Definition: f})
		homes = append(homes, h)
	}
	b.ReportMetric(float64(heap()-before)/float64(len(homes))/1024, "KiB/home")
	runtime.KeepAlive(homes)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)

	return m.HeapInuse + m.StackInuse
}

func itoa(n int) string { return string(appendValue(nil, n)) }
