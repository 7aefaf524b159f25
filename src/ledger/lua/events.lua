-- What happens in the room in this step, for its log (`log.lua`). Where no events are kept, lines that begin with `event(`, `keep_events(`,
-- `log_event(`, `if not life then return` and `local happened` are left out of all scripts, and with them these functions.
local happened, has_lost_life = {}, false

-- `J<n>⏎<user>⏎<node>⏎<name>`, `L<n>⏎<user>⏎<reason>`, `D<n>⏎<user>⏎<node>` disconnected, `R<n>⏎<user>⏎<node>` resumed; `false`:
-- nothing; empty: numbers of the room's present life may have been given and lost.
local function event(what)
  if what == '' then
    has_lost_life = true
  elseif what then
    happened[#happened + 1] = what
  end
end
