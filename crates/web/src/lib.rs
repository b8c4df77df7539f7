//! Pages for officials, cadres, households and the public.
