# Requires every extension of this Ruby, and has some of them work.
folder = RbConfig::CONFIG["rubyarchdir"]
names = Dir["**/*.so", base: folder].map { |file| file.delete_suffix(".so") }.sort
failed = names.reject { |name| begin require name; rescue LoadError, StandardError => error; $stdout.puts "not #{name}: #{error.class}"; false; else true; end }
puts "#{names.size} #{names.join(" ")}"
require "json"; require "digest"; require "zlib"; require "bigdecimal"; require "stringio"; require "socket"
puts JSON.generate([1, {a: nil}]), Digest::SHA256.hexdigest("seventeen"), Zlib.crc32("seventeen"), BigDecimal("2").sqrt(20).to_s("F")[0, 18], Socket.gethostname.empty?
puts (1..4).map { |i| Thread.new { Digest::MD5.hexdigest(i.to_s) } }.map(&:value).join(" ")[0, 40]
fork { puts "child #{Zlib.adler32("x")}" }
Process.wait
