-- KEYS hosts · ARGV server instance ms drains. A node hears this media server; so an earlier run of its process is over.
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', clock() + ARGV[3]) .. ' ' .. ARGV[4] .. ' ' .. ARGV[2])
redis.call('EXPIRE', KEYS[1], 3600)
return 'ok'
