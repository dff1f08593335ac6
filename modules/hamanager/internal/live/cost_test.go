package live

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/modules/hamanager/internal/hass"
	"homehub/modules/hamanager/internal/hasstest"
	"homehub/platform/clock"
)

// TestMemoryOfAHome keeps the budget: a further connected household of 100 entities may cost
// half a megabyte, its grammar's index included, which is not here.
func TestMemoryOfAHome(t *testing.T) { //nolint:paralleltest // measures the heap
	const homes, entities, budget = 50, 100, 250 << 10
	server := hasstest.New(t)
	script(server)
	all, entries := object{}, []object{}
	for i := range entities {
		id := fmt.Sprintf("light.lampa_%d", i)
		all[id] = object{"s": "on", "c": fmt.Sprintf("01M821RK204BW4QZJYQAKZP%03d", i), "lc": 1755000000.25, "a": json.RawMessage(attributes)}
		entries = append(entries, object{"entity_id": id, "area_id": "konyha", "unique_id": id, "options": object{}})
	}
	server.Answer("subscribe_entities", object{"a": all})
	server.Answer("config/entity_registry/list", entries)

	before := heap()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	sessions := make([]*Session, homes)
	for i := range sessions {
		sessions[i] = NewSession(Options{Endpoint: server.Endpoint(), CallTimeout: time.Minute, Log: zap.NewNop(), Now: clock.System})
		group.Go(func() { sessions[i].Run(ctx) })
		<-sessions[i].Ready()
	}
	each := (heap() - before) / homes // the scripted server's share included
	t.Logf("%d KiB a home", each>>10)
	require.Less(t, each, int64(budget))

	cancel()
	group.Wait()
	runtime.KeepAlive(sessions)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)

	return int64(m.HeapInuse + m.StackInuse)
}

const attributes = `{"min_color_temp_kelvin":2000,"max_color_temp_kelvin":6535,"min_mireds":153,"max_mireds":500,` +
	`"supported_color_modes":["color_temp","hs"],"color_mode":"hs","brightness":180,"color_temp_kelvin":null,"color_temp":null,` +
	`"hs_color":[345,75],"rgb_color":[255,64,112],"xy_color":[0.588,0.274],"friendly_name":"Konyhai lámpa","supported_features":0}`

// BenchmarkBuild is the structure of a home of 300 entities, without what the hook makes of it.
func BenchmarkBuild(b *testing.B) {
	m, r := newMirror(), registries{exposed: map[string]bool{}}
	added := map[string]hass.StateDiff{}
	on := "on"
	for i := range 300 {
		id := fmt.Sprintf("light.lampa_%d", i)
		added[id] = hass.StateDiff{State: &on, Attributes: json.RawMessage(attributes)}
		r.entries = append(r.entries, hass.Entry{EntityID: id, AreaID: "konyha"})
	}
	r.areas = []hass.Area{{ID: "konyha", Name: "konyha"}}
	m.takeAll(hass.StateEvent{Added: added})

	b.ReportAllocs()
	for b.Loop() {
		m.build(r)
	}
}
