-- What disconnects and reaping share. Follows `finish.lua`.

-- The socket of this generation is lost; a newer generation than is known here overrides what is known.
local function disconnected(n, generation, window)
  if fence(n) < generation or is_connected(n) or is_orphaned(n) then
    put(n, 'f', text(generation))
    disconnect(n, now() + window, false)
  end
end

-- Nobody can claim seats that are not here any more: what was sent to and received from them is forgotten.
local function forget_absent()
  load_seats('p')
  for _, n in ipairs(seats) do
    retain(n, place)
    cold:clear('H' .. n)
  end
end
