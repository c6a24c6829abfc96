<?php // Extensions of PHP at work; which ones is said on the command line.
$loaded = array_map("strtolower", get_loaded_extensions());
sort($loaded);
echo count($loaded), " ", implode(" ", $loaded), "\n";
echo mb_strtoupper("grün"), " ", gmp_strval(gmp_pow(2, 100)), " ", bcsqrt("2", 20), " ", ctype_digit("17") ? "digits" : "", " ", iconv("UTF-8", "ISO-8859-1//TRANSLIT", "a") , "\n";
$base = new PDO("sqlite::memory:");
echo json_encode($base->query("select 17 as n, 'x' as t")->fetchAll(PDO::FETCH_ASSOC)), " ", (new SimpleXMLElement("<a><b>1</b></a>"))->b, "\n";
$document = new DOMDocument();
$document->loadXML("<r><i/><i/></r>");
echo (new DOMXPath($document))->evaluate("count(//i)"), " ", preg_replace_callback("/\d+/", fn($m) => $m[0] * 2, "a8b"), "\n";
$image = imagecreatetruecolor(16, 16);
imagefilledellipse($image, 8, 8, 10, 10, imagecolorallocate($image, 255, 0, 0));
echo imagecolorat($image, 8, 8), " ", (new NumberFormatter("de_DE", NumberFormatter::DECIMAL))->format(1234.5), " ", strlen(gzcompress(str_repeat("a", 1000))) < 100 ? "small" : "large", "\n";
try { new SoapClient("nowhere://"); } catch (Throwable $fault) { echo get_class($fault), "\n"; }
